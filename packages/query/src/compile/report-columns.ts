import { type RawBuilder, sql } from 'kysely';
import { timestampColumn } from '../catalogue/fact-row.ts';
import { getDimension } from '../catalogue/look-up.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { bucketingOf } from '../time/zone.ts';
import { type CompiledKey, compileDimension } from './compile-dimension.ts';
import { compileMetric, showMetric } from './compile-metric.ts';
import { inDialect } from './dialect/dialect.ts';
import {
  bucketLengthMs,
  formatBucket,
  formatMillisecond,
  truncateToBucket,
  truncateToMillisecond,
} from './time-bucket.ts';

/** The value of a report column and its shown form. */
export interface ReportColumn {
  /** Null if all rows show the same. */
  readonly value: RawBuilder<unknown> | null;
  /** Returns the shown form. Its argument is `value` or a column that contains it. */
  readonly show: (value: RawBuilder<unknown>) => RawBuilder<unknown>;
}

/** The columns of a report and the keys of its rows. */
export interface ReportColumns {
  /** In the order of `outputColumns`. */
  readonly all: readonly ReportColumn[];
  /** The values of the metrics. */
  readonly metrics: readonly RawBuilder<unknown>[];
  /** The keys of the dimensions that can have more than one value. */
  readonly groupKeys: readonly RawBuilder<unknown>[];
  /** For each group key what rows are ordered by: the shown text, or the key itself. */
  readonly sortKeys: readonly RawBuilder<unknown>[];
  /** The first sort key if it is a text, which is never null. */
  readonly leadingText: RawBuilder<unknown> | null;
  /** The key of the time column, if the report has one. */
  readonly timeKeys: readonly RawBuilder<unknown>[];
  /** End of a row's bucket in milliseconds since 1970, BIGINT. Null if rows have no bucket. */
  readonly bucketEndMs: RawBuilder<unknown> | null;
}

/** Throws if the dataset does not have a name of the plan. */
export function reportColumns(boundPlan: BoundPlan): ReportColumns {
  const { plan, dataset, readsPartials = false } = boundPlan;
  const time = compileTime(plan);
  const dimensions = plan.dimensions.map((name) => compileKey(name, boundPlan));
  const lengthMs = time?.lengthMs ?? rangeLengthMs(plan);
  const perFact = plan.perFact !== undefined;
  const context = { dataset, lengthMs, perFact, plan, readsPartials };
  const metrics = plan.metrics.map((metric) => compileMetric(metric, context));
  const timeKeys = time === null ? [] : [time];
  return {
    all: [
      ...plan.metrics.map((metric, index) => ({
        value: metrics[index] ?? null,
        show: (value: RawBuilder<unknown>) => showMetric(value, metric, dataset),
      })),
      ...[...dimensions, ...timeKeys].map(({ key, show }) => ({ value: key, show })),
    ],
    metrics,
    groupKeys: keysOf(dimensions),
    sortKeys: dimensions.flatMap((dimension) => sortKey(dimension) ?? []),
    leadingText: leadingText(dimensions),
    timeKeys: keysOf(timeKeys),
    bucketEndMs: time?.lengthMs === undefined ? null : bucketEndMs(time.key ?? sql`null`, time.lengthMs),
  };
}

/** Returns the shown form of a column in the query that computes its value. */
export function shownExpression({ value, show }: ReportColumn): RawBuilder<unknown> {
  return show(value ?? sql`null`);
}

/** Compiles dimensions to sort keys. Throws if the dataset does not have one of them. */
export function compileSortKeys(
  names: readonly string[],
  boundPlan: BoundPlan,
): readonly RawBuilder<unknown>[] {
  return names.flatMap((name) => sortKey(compileKey(name, boundPlan)) ?? []);
}

/** Length of the plan's range in milliseconds, BIGINT. */
export function rangeLengthMs({ range }: Plan): RawBuilder<unknown> {
  return sql`cast(${range.endExclusiveMs - range.startMs} as bigint)`;
}

interface CompiledTime extends CompiledKey {
  /** Length of the row's bucket in milliseconds, BIGINT. Absent if rows have no bucket. */
  readonly lengthMs?: RawBuilder<unknown>;
}

function compileTime(plan: Plan): CompiledTime | null {
  const timestamp = sql.ref(timestampColumn.name);
  if (plan.perFact !== undefined) {
    const key = truncateToMillisecond(timestamp);
    return { key, show: formatMillisecond };
  }
  const bucketing = bucketingOf(plan);
  if (bucketing === null) return null;
  const key = truncateToBucket(timestamp, bucketing);
  const show = (bucket: RawBuilder<unknown>) => formatBucket(bucket, plan.timeZone);
  return { key, show, lengthMs: bucketLengthMs(key, bucketing) };
}

function bucketEndMs(start: RawBuilder<unknown>, lengthMs: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`(${inDialect((dialect) => dialect.epochMs(start))} + ${lengthMs})`;
}

/** Compiles a dimension. In a converted report the currency is a constant. */
function compileKey(name: string, { plan, dataset }: BoundPlan): CompiledKey {
  const { targetCurrency } = plan;
  if (targetCurrency !== undefined && name === dataset.currencyDimension) {
    return { key: null, show: () => sql`cast(${targetCurrency} as varchar)` };
  }
  return compileDimension(getDimension(dataset, name), plan);
}

function leadingText(dimensions: readonly CompiledKey[]): RawBuilder<unknown> | null {
  const leading = dimensions.find(({ key }) => key !== null);
  return leading?.isText === true ? sortKey(leading) : null;
}

function sortKey({ key, show, isText = false }: CompiledKey): RawBuilder<unknown> | null {
  return key !== null && isText ? show(key) : key;
}

function keysOf(columns: readonly CompiledKey[]): RawBuilder<unknown>[] {
  return columns.flatMap(({ key }) => key ?? []);
}
