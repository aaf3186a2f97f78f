import type { CustomFieldType } from './custom-field.ts';
import type { ColumnType, Dataset } from './dataset.ts';
import { resolveMetricSource } from './look-up.ts';

/** A metric or dimension and what its values are, in the words in which custom fields are declared. */
export interface FieldDescription {
  readonly name: string;
  readonly type: CustomFieldType;
}

const wordOf: Readonly<Record<ColumnType, CustomFieldType>> = {
  text: 'STRING',
  integer: 'INTEGER',
  decimal: 'FLOAT',
  float: 'FLOAT',
  boolean: 'BOOLEAN',
  timestamp: 'DATETIME',
};

/** In the order of the catalogue. What is derived from a time or the tenant is text; a count is whole, a rate is not. */
export function describeFields(dataset: Dataset): {
  readonly dimensions: readonly FieldDescription[];
  readonly metrics: readonly FieldDescription[];
} {
  return {
    dimensions: dataset.dimensions.map(({ name, source }) => ({
      name,
      type: source.kind === 'column' ? wordOf[source.type] : 'STRING',
    })),
    metrics: dataset.metrics.map(({ name }) => ({ name, type: typeOfMetric(dataset, name) })),
  };
}

function typeOfMetric(dataset: Dataset, name: string): CustomFieldType {
  const source = resolveMetricSource(dataset, name);
  switch (source.kind) {
    case 'column':
      return wordOf[source.type];
    case 'distinct':
      return 'INTEGER';
    case 'rate':
    case 'percent':
      return 'FLOAT';
    default:
      return source satisfies never;
  }
}
