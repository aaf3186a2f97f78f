import {
  customColumns,
  segmentColumnName,
  storedColumns,
  type ColumnType,
  type Dataset,
  type MissingValue,
} from '@hourglass/query';

/** A field that a fact may carry besides `timestamp`, and what its column is called in a segment. */
export interface FactColumn {
  readonly name: string;
  readonly segmentName: string;
  readonly type: ColumnType;
  readonly whenMissing?: MissingValue;
}

/** In the order of a segment. `dataset` has the custom fields of the environment. */
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
