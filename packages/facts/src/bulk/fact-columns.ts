import {
  customColumns,
  segmentColumnName,
  storedColumns,
  type ColumnType,
  type Dataset,
  type MissingValue,
} from '@hourglass/query/catalogue';

/** A field that a fact may have besides `timestamp`, with the name of its column in a segment. */
export interface FactColumn {
  readonly name: string;
  readonly segmentName: string;
  readonly type: ColumnType;
  readonly whenMissing?: MissingValue;
}

/**
 * Lists the columns in the order of a segment. `dataset` includes the environment's custom fields.
 */
export function factColumns(dataset: Dataset): readonly FactColumn[] {
  return [
    ...storedColumns(dataset).map((column) => ({ ...column, segmentName: column.name })),
    ...customColumns(dataset).map((column) => ({
      name: column.name,
      type: column.type,
      segmentName: segmentColumnName(column),
    })),
  ];
}
