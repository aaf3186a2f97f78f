import type { CustomField } from '../catalogue/custom-field.ts';
import type { ColumnType, Dataset } from '../catalogue/dataset.ts';
import { withCustomFields } from '../catalogue/with-custom-fields.ts';
import type { FactRowColumn } from '../catalogue/fact-row.ts';

/** What has to be known of a segment to read it: an immutable Parquet file of sorted facts in the object store. */
export interface StoredSegment {
  readonly id: string;
  /** Of its object. */
  readonly key: string;
  readonly bytes: number;
  /** Of the whole file, hex. */
  readonly sha256: string;
  readonly facts: number;
  /** Times of the oldest and the newest fact, milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
  readonly columns: readonly SegmentColumn[];
}

/** A column of a segment besides `environment_id` and `timestamp`, which every segment begins with. */
export interface SegmentColumn {
  readonly name: string;
  readonly type: ColumnType;
}

/**
 * The dataset with custom fields as segments name them: by their ids, since a name may have been given to another
 * field, or by a later catalogue to something of its own.
 */
export function sealedDataset(dataset: Dataset, fields: readonly CustomField[]): Dataset {
  return withCustomFields(
    dataset,
    fields.map((field) => ({ ...field, name: customSegmentColumn(field.id) })),
  );
}

/** What a column of the copied hot facts is called in a segment. */
export function segmentColumnName({ name, customFieldId }: FactRowColumn): string {
  return customFieldId === undefined ? name : customSegmentColumn(customFieldId);
}

/** A custom field keeps its id when its name is given to another one. `checkCatalogue` keeps such names free. */
function customSegmentColumn(customFieldId: number): string {
  return `custom_${customFieldId}`;
}
