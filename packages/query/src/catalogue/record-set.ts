import type { ColumnType } from './column-type.ts';

export interface RecordColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly required: boolean;
  readonly description: string;
}

/** Rows that a dataset is made of. One that comes again with the same key takes the place of the earlier one. */
export interface RecordSet {
  /** What the facts endpoint and the import call it: the dataset, a dot, what the rows are. */
  readonly name: string;
  readonly table: string;
  /** Required columns, together unique within an environment. */
  readonly key: readonly string[];
  readonly columns: readonly RecordColumn[];
}

/** Makes a column that every record of the set has. */
export function required(name: string, type: ColumnType, description: string): RecordColumn {
  return { name, type, required: true, description };
}

/** Makes a column that may be missing or null. */
export function optional(name: string, type: ColumnType, description: string): RecordColumn {
  return { name, type, required: false, description };
}
