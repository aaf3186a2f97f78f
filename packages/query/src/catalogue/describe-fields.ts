import type { CustomFieldType } from './custom-field.ts';
import type { AggregateFunction, ColumnType, Dataset, DimensionSource, MetricSource } from './dataset.ts';
import { resolveMetricSource } from './look-up.ts';

/** A metric or dimension, described for report writers. */
export interface FieldDescription {
  readonly name: string;
  /** Type of its values, in the terms of custom fields. */
  readonly type: CustomFieldType;
  readonly description: string;
  /** Null for dimensions. */
  readonly unit: string | null;
  /** Functions of a metric, the default first. Empty for dimensions and metrics without function. */
  readonly functions: readonly AggregateFunction[];
  /** Whether a fact may carry the field. */
  readonly isInFacts: boolean;
  /** The source of the value when a fact does not carry it. Null: the fact has no value then. */
  readonly derivation: string | null;
}

export const fieldTypeOf: Readonly<Record<ColumnType, CustomFieldType>> = {
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
    dimensions: dataset.dimensions.map(({ name, description, source }) => ({
      name,
      type: source.kind === 'column' ? fieldTypeOf[source.type] : 'STRING',
      description,
      unit: null,
      functions: [],
      ...originOf(source),
    })),
    metrics: dataset.metrics.map(({ name, description, unit, functions, source }) => ({
      name,
      type: typeOfMetric(dataset, name),
      description,
      unit,
      functions,
      ...originOf(source),
    })),
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

function originOf(
  source: DimensionSource | MetricSource,
): Pick<FieldDescription, 'isInFacts' | 'derivation'> {
  if (source.kind !== 'column') return { isInFacts: false, derivation: derivationOf(source) };
  const whenMissing = 'whenMissing' in source ? source.whenMissing : undefined;
  switch (whenMissing?.kind) {
    case undefined:
      return { isInFacts: true, derivation: null };
    case 'constant':
      return { isInFacts: true, derivation: String(whenMissing.value) };
    case 'at-least':
      return {
        isInFacts: true,
        derivation: `1 if ${whenMissing.column} is ${whenMissing.threshold} or above`,
      };
    default:
      return whenMissing satisfies never;
  }
}

type DerivedSource = Exclude<DimensionSource | MetricSource, { kind: 'column' }>;

function derivationOf(source: DerivedSource): string {
  switch (source.kind) {
    case 'timestamp-part':
      return 'computed from timestamp';
    case 'tenant':
      return 'taken from the path of the request';
    case 'alias':
      return `read from ${source.metric}`;
    case 'distinct':
      return `number of distinct values of ${source.dimension}`;
    case 'rate':
      return `${source.calls} per ${source.per}`;
    case 'percent':
      return `${source.part} in percent of ${source.whole}`;
    default:
      return source satisfies never;
  }
}
