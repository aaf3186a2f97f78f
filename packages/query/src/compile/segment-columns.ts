import type { CustomField } from '../catalogue/custom-field.ts';
import type { ColumnType, Dataset } from '../catalogue/dataset.ts';
import { withCustomFields } from '../catalogue/with-custom-fields.ts';
import type { FactRowColumn } from '../catalogue/fact-row.ts';
import type { TimeRange } from '../plan/plan.ts';

/**
 * A live segment, as its readers need it: an immutable Parquet file of sorted facts in the object
 * store.
 */
export interface StoredSegment {
  readonly id: string;
  /** Object key. */
  readonly key: string;
  readonly bytes: number;
  /** SHA-256 of the file, hex. */
  readonly sha256: string;
  /** Given to the object by the store. Null: stored by an earlier version, which did not record it. */
  readonly etag: string | null;
  readonly facts: number;
  /** Times of the oldest and the newest fact, milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly columns: readonly SegmentColumn[];
  /** Its file still has these facts; readers leave them out. */
  readonly deletions: readonly Deletion[];
}

/** All facts of one batch, or those of a time range. */
export type Deletion = { readonly batchSeq: string } | TimeRange;

/** A value column of a segment. Environment and timestamp precede the value columns. */
export interface SegmentColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** Whether a text of it is "(not set)", the shown text of a missing one. Absent: it is unknown, or no text. */
  readonly hasNotSetText?: boolean;
}

/**
 * Returns the dataset with custom fields under their column names in segments. Those contain ids,
 * because a name can be reused by another field or by a newer catalogue.
 */
export function sealedDataset(dataset: Dataset, fields: readonly CustomField[]): Dataset {
  return withCustomFields(
    dataset,
    fields.map((field) => ({ ...field, name: customSegmentColumn(field.id) })),
  );
}

/** Returns the name in segments of a column of hot facts. */
export function segmentColumnName({ name, customFieldId }: FactRowColumn): string {
  return customFieldId === undefined ? name : customSegmentColumn(customFieldId);
}

/** `checkCatalogue` reserves these names. */
function customSegmentColumn(customFieldId: number): string {
  return `custom_${customFieldId}`;
}
