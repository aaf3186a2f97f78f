import type { ColumnType } from './column-type.ts';

export interface RecordColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  readonly description: string;
  /** Whether it is the time of something that happened, which is bounded like the time of a fact. */
  readonly happened?: true;
}

/**
 * A kind of records from which a dataset's facts are derived. A record replaces an earlier one with
 * the same key.
 */
export interface RecordSet {
  /** Name for the ingest API and the import: the dataset, a dot and the kind of records. */
  readonly name: string;
  readonly table: string;
  /** Required columns that identify a record within an environment. */
  readonly key: readonly string[];
  readonly columns: readonly RecordColumn[];
}

/** Creates a column that every record must have. */
export function required(name: string, type: ColumnType, description: string): RecordColumn {
  return { name, type, required: true, description };
}

/** Creates a column that every record must have, with the time at which something happened. */
export function happened(name: string, description: string): RecordColumn {
  return { ...required(name, 'timestamp', description), happened: true };
}

/** Creates a column that may be missing or null. */
export function optional(name: string, type: ColumnType, description: string): RecordColumn {
  return { name, type, required: false, description };
}
