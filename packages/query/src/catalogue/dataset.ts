import type { ColumnType, DimensionType, NumericType } from './column-type.ts';
import type { RecordSet } from './record-set.ts';

export * from './column-type.ts';

export const aggregateFunctions = ['sum', 'avg', 'min', 'max'] as const;
export type AggregateFunction = (typeof aggregateFunctions)[number];

/** What can be kept of a part of the facts, so that parts can be put together to a whole. */
export const partialAggregates = ['sum', 'count', 'min', 'max'] as const;
export type PartialAggregate = (typeof partialAggregates)[number];

/** From which partial aggregates each function is made. */
export const partialsOfFunction: Readonly<Record<AggregateFunction, readonly PartialAggregate[]>> = {
  sum: ['sum'],
  avg: ['sum', 'count'],
  min: ['min'],
  max: ['max'],
};

/**
 * What a column holds when a fact does not mention it. Without a rule it holds null: a missing metric is
 * unknown, never 0.
 */
export type MissingValue =
  | { readonly kind: 'constant'; readonly value: number }
  /** 1 when the other column's value is at least `threshold`, else 0; null when that column is null. */
  | { readonly kind: 'at-least'; readonly column: string; readonly threshold: number };

/** `customFieldId`: the column is none of the table; its values lie in `custom_fields` under this id. */
export type MetricSource =
  | {
      readonly kind: 'column';
      readonly type: NumericType;
      readonly whenMissing?: MissingValue;
      readonly customFieldId?: number;
      /** An amount in the currency that the dataset's `currencyDimension` names. A decimal. */
      readonly money?: true;
    }
  /** Reads the column of another metric; such a name is never sent in a fact. */
  | { readonly kind: 'alias'; readonly metric: string }
  /** Counts the distinct values of a dimension. */
  | { readonly kind: 'distinct'; readonly dimension: string }
  /** The sum of the metric `calls` divided by the length of the bucket. */
  | { readonly kind: 'rate'; readonly calls: string; readonly per: 'second' | 'minute' }
  /** How much of the metric `whole` the metric `part` is, in percent. */
  | { readonly kind: 'percent'; readonly part: string; readonly whole: string };

export interface Metric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly source: MetricSource;
  /** Empty: the metric takes no function. The first one is used when a request names none. */
  readonly functions: readonly AggregateFunction[];
  /**
   * How it may be re-aggregated: what has to be kept of the parts for all its functions; for an alias or a rate,
   * of the metric that it reads. Empty: it can only be made from the facts themselves.
   */
  readonly partials: readonly PartialAggregate[];
}

export type TimestampPart = 'day_of_week' | 'month_of_year' | 'hour_of_day' | 'week_of_month';

export type DimensionSource =
  | { readonly kind: 'column'; readonly type: DimensionType; readonly customFieldId?: number }
  | { readonly kind: 'timestamp-part'; readonly part: TimestampPart }
  | { readonly kind: 'tenant'; readonly of: 'organization' | 'environment' };

export interface Dimension {
  readonly name: string;
  readonly description: string;
  readonly source: DimensionSource;
}

/** A kind of facts with its columns. Adding one is adding data, not code. */
export interface Dataset {
  readonly name: string;
  /** Postgres table of the facts that are not sealed yet; of a dataset made of records, the view over their tables. */
  readonly hotTable: string;
  /** What it is made of. Empty: facts are brought in themselves, and added. */
  readonly records: readonly RecordSet[];
  /** Whether an environment may declare fields of its own; then the hot table has `custom_fields`. */
  readonly takesCustomFields: boolean;
  readonly metrics: readonly Metric[];
  readonly dimensions: readonly Dimension[];
  /** The dimension with the currency of a fact's amounts; there is one where a metric is money. */
  readonly currencyDimension?: string;
}

export type Catalogue = ReadonlyMap<string, Dataset>;

export interface StoredColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly whenMissing?: MissingValue;
}

/**
 * The columns a fact may carry, besides `timestamp` and the tenant, in the order in which they are stored:
 * the order of `COPY`, of the hot table and of a segment.
 */
export function storedColumns(dataset: Dataset): readonly StoredColumn[] {
  const columns: StoredColumn[] = [];
  for (const { name, source } of dataset.dimensions) {
    if (source.kind !== 'column' || source.customFieldId !== undefined) continue;
    columns.push({ name, type: source.type });
  }
  for (const { name, source } of dataset.metrics) {
    if (source.kind !== 'column' || source.customFieldId !== undefined) continue;
    const { type, whenMissing } = source;
    columns.push(whenMissing === undefined ? { name, type } : { name, type, whenMissing });
  }
  return columns;
}

export interface CustomColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly customFieldId: number;
}

/** The custom fields that a fact may carry. */
export function customColumns({ dimensions, metrics }: Dataset): readonly CustomColumn[] {
  const columns: CustomColumn[] = [];
  for (const { name, source } of [...dimensions, ...metrics]) {
    if (source.kind !== 'column' || source.customFieldId === undefined) continue;
    columns.push({ name, type: source.type, customFieldId: source.customFieldId });
  }
  return columns;
}
