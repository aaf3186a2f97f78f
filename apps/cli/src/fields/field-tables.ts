import { logOrigins } from '@hourglass/facts';
import {
  apiDataset,
  describeFields,
  fieldTypeOf,
  type Dataset,
  type FieldDescription,
  type RecordSet,
} from '@hourglass/query/catalogue';

/** A table of fields. Every row has a cell for each column. */
export interface FieldTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Returns the fields of a dataset: its dimensions, its metrics and its record sets. */
export function fieldTables(dataset: Dataset): readonly FieldTable[] {
  const { dimensions, metrics } = describeFields(dataset);
  const isApi = dataset.name === apiDataset.name;
  const logColumn = isApi ? ['Access log'] : [];
  const logCell = (name: string) => (isApi ? [logOrigins[name] ?? ''] : []);
  return [
    {
      title: 'Dimensions',
      columns: ['Field', 'Type', 'Meaning', 'Source', ...logColumn],
      rows: dimensions.map((field) => [
        field.name,
        field.type,
        field.description,
        sourceOf(field, dataset),
        ...logCell(field.name),
      ]),
    },
    {
      title: 'Metrics',
      columns: ['Field', 'Type', 'Unit', 'Functions', 'Meaning', 'Source', ...logColumn],
      rows: metrics.map((field) => [
        field.name,
        field.type,
        field.unit ?? '',
        field.functions.join(', ') || 'none',
        field.description,
        sourceOf(field, dataset),
        ...logCell(field.name),
      ]),
    },
    ...dataset.records.map(recordTable),
  ];
}

function sourceOf({ isInFacts, derivation }: FieldDescription, { records }: Dataset): string {
  if (!isInFacts) return derivation ?? '';
  if (records.length > 0) return 'records';
  return derivation === null ? 'fact' : `fact; if omitted: ${derivation}`;
}

function recordTable({ name, key, columns }: RecordSet): FieldTable {
  return {
    title: `Records of ${name}`,
    columns: ['Field', 'Type', 'Required', 'Meaning'],
    rows: columns.map((column) => [
      column.name,
      fieldTypeOf[column.type],
      key.includes(column.name) ? 'key' : column.required ? 'yes' : 'no',
      column.description,
    ]),
  };
}
