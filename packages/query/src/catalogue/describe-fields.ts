import type { CustomFieldType } from './custom-field.ts';
import type { ColumnType, Dataset } from './dataset.ts';
import { resolveMetricSource } from './look-up.ts';

/** A metric or dimension with the type of its values, in the terms of custom fields. */
export interface FieldDescription {
  readonly name: string;
  readonly type: CustomFieldType;
}

const fieldTypeOf: Readonly<Record<ColumnType, CustomFieldType>> = {
  text: 'STRING',
  integer: 'INTEGER',
  decimal: 'FLOAT',
  float: 'FLOAT',
  boolean: 'BOOLEAN',
  timestamp: 'DATETIME',
};

/**
 * Describes all fields in the order of the catalogue. Dimensions derived from the time or the
 * tenant are text.
 */
export function describeFields(dataset: Dataset): {
  readonly dimensions: readonly FieldDescription[];
  readonly metrics: readonly FieldDescription[];
} {
  return {
    dimensions: dataset.dimensions.map(({ name, source }) => ({
      name,
      type: source.kind === 'column' ? fieldTypeOf[source.type] : 'STRING',
    })),
    metrics: dataset.metrics.map(({ name }) => ({ name, type: typeOfMetric(dataset, name) })),
  };
}

function typeOfMetric(dataset: Dataset, name: string): CustomFieldType {
  const source = resolveMetricSource(dataset, name);
  switch (source.kind) {
    case 'column':
      return fieldTypeOf[source.type];
    case 'distinct':
      return 'INTEGER';
    case 'rate':
    case 'percent':
      return 'FLOAT';
    default:
      return source satisfies never;
  }
}
