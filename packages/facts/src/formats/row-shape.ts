import { customColumns, storedColumns, type ColumnType, type IngestTarget } from '@hourglass/query/catalogue';
import { createFieldGuide, createRecordGuide, type FieldGuide } from '../check/field-guide.ts';

/** The columns of a dataset or record set, as a reader of files needs them. */
export interface RowShape {
  readonly types: ReadonlyMap<string, ColumnType>;
  /** Columns that every row must have. */
  readonly required: readonly string[];
  readonly guide: FieldGuide;
}

export function rowShapeOf(target: IngestTarget): RowShape {
  if (target.kind === 'records') {
    const { columns } = target.records;
    return {
      types: new Map(columns.map(({ name, type }) => [name, type])),
      required: columns.filter((column) => column.required).map(({ name }) => name),
      guide: createRecordGuide(target.records),
    };
  }
  const { dataset } = target;
  const columns = [...storedColumns(dataset), ...customColumns(dataset)];
  return {
    types: new Map([['timestamp', 'timestamp'], ...columns.map(({ name, type }) => [name, type] as const)]),
    required: ['timestamp'],
    guide: createFieldGuide(dataset),
  };
}
