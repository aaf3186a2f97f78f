import type { ColumnType, DimensionType, NumericType } from './column-type.ts';
import type { RecordSet } from './record-set.ts';

export * from './column-type.ts';

/** The functions of metrics. `approx_percentile` is estimated; the others are exact. */
export const aggregateFunctions = ['sum', 'avg', 'min', 'max', 'percentile', 'approx_percentile'] as const;
export type AggregateFunction = (typeof aggregateFunctions)[number];

/** The functions of dimensions: numbers of distinct values, exact and estimated. */
export const distinctFunctions = ['count_distinct', 'approx_distinct'] as const;
export type DistinctFunction = (typeof distinctFunctions)[number];

/** Aggregates of some facts that can be combined with those of other facts. */
export const partialAggregates = ['sum', 'count', 'min', 'max'] as const;
export type PartialAggregate = (typeof partialAggregates)[number];

/** The partial aggregates that each function needs. Empty: it can only be computed from facts. */
export const partialsOfFunction: Readonly<Record<AggregateFunction, readonly PartialAggregate[]>> = {
  sum: ['sum'],
  avg: ['sum', 'count'],
  min: ['min'],
  max: ['max'],
  percentile: [],
  approx_percentile: [],
};

/**
 * A rule for the value of a column that a fact leaves out. Without a rule the value is null: a
 * missing metric is unknown, never 0.
 */
export type MissingValue =
  | { readonly kind: 'constant'; readonly value: number }
  /** 1 if the value of `column` is at least `threshold`, otherwise 0; null if `column` is null. */
  | { readonly kind: 'at-least'; readonly column: string; readonly threshold: number };

/**
 * A column with a `customFieldId` is not a column of the table: its values are in `custom_fields`
 * under this id.
 */
export type MetricSource =
  | {
      readonly kind: 'column';
      readonly type: NumericType;
      readonly whenMissing?: MissingValue;
      readonly customFieldId?: number;
      /** An amount in the currency that the dataset's `currencyDimension` names. A decimal. */
      readonly money?: true;
    }
  /** Another name for the column of `metric`. Facts cannot carry it. */
  | { readonly kind: 'alias'; readonly metric: string }
  /** The number of distinct values of `dimension`. */
  | { readonly kind: 'distinct'; readonly dimension: string }
  /** The sum of the metric `calls`, divided by the length of the bucket. */
  | { readonly kind: 'rate'; readonly calls: string; readonly per: 'second' | 'minute' }
  /** The metric `part` as a percentage of the metric `whole`. */
  | { readonly kind: 'percent'; readonly part: string; readonly whole: string };

export interface Metric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly source: MetricSource;
  /** The first function is the default of requests. Empty: the metric takes no function. */
  readonly functions: readonly AggregateFunction[];
  /**
   * The partial aggregates from which its functions can be computed, except percentiles; for an
   * alias or a rate, those of the metric that it reads. Empty: it can only be computed from facts.
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

/** A kind of facts with its columns. A new dataset needs data, not code. */
export interface Dataset {
  readonly name: string;
  /** PostgreSQL table of the hot facts. For a dataset of records: the view over their tables. */
  readonly hotTable: string;
  /**
   * The record sets whose rows the facts are derived from. Empty: clients ingest facts directly.
   */
  readonly records: readonly RecordSet[];
  /**
   * Whether environments may declare custom fields. If so, the hot table has a column
   * `custom_fields`.
   */
  readonly takesCustomFields: boolean;
  readonly metrics: readonly Metric[];
  readonly dimensions: readonly Dimension[];
  /** The dimension with the currency of a fact's amounts. Present if a metric is money. */
  readonly currencyDimension?: string;
}

export type Catalogue = ReadonlyMap<string, Dataset>;

export interface StoredColumn {
  readonly name: string;
  readonly type: ColumnType;
  readonly whenMissing?: MissingValue;
}

/**
 * Returns the view in which facts of the hot table are read and deleted: it has those of the
 * environment of the transaction's scope. Facts are inserted into the table. Records have such a view anyway.
 */
export function hotFactsView({ hotTable, records }: Dataset): string {
  return records.length > 0 ? hotTable : viewOfHotTable(hotTable);
}

/** Returns the name of the view of a hot table. */
export function viewOfHotTable(hotTable: string): string {
  return `${hotTable}_in_scope`;
}

/**
 * Returns the columns that a fact may carry besides `timestamp` and the tenant, in the order of
 * `COPY`, of the hot table and of segments.
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

/** Returns the custom fields that a fact may carry. */
export function customColumns({ dimensions, metrics }: Dataset): readonly CustomColumn[] {
  const columns: CustomColumn[] = [];
  for (const { name, source } of [...dimensions, ...metrics]) {
    if (source.kind !== 'column' || source.customFieldId === undefined) continue;
    columns.push({ name, type: source.type, customFieldId: source.customFieldId });
  }
  return columns;
}
