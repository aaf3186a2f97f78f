import { type RawBuilder, sql } from 'kysely';
import { timestampColumn } from '../catalogue/fact-row.ts';
import { getDimension } from '../catalogue/look-up.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { type CompiledKey, compileDimension } from './compile-dimension.ts';
import { compileMetric, showMetric } from './compile-metric.ts';
import {
  bucketLengthMs,
  formatBucket,
  formatMillisecond,
  truncateToBucket,
  truncateToMillisecond,
} from './time-bucket.ts';

/** A column of a report: what is computed of facts, and how that is shown. */
export interface ReportColumn {
  /** Null when every row shows the same. */
  readonly value: RawBuilder<unknown> | null;
  /** Of the value, or of a column that holds it. */
  readonly show: (value: RawBuilder<unknown>) => RawBuilder<unknown>;
}

/** The columns of a report and what its rows are grouped or ordered by. */
export interface ReportColumns {
  /** In the order of `outputColumns`. */
  readonly all: readonly ReportColumn[];
  /** The values of those that are metrics. */
  readonly metrics: readonly RawBuilder<unknown>[];
  /** Of the dimensions that can have more than one value. */
  readonly groupKeys: readonly RawBuilder<unknown>[];
  /** The first of them, when it is a text, which is never null. */
  readonly leadingTextKey: RawBuilder<unknown> | null;
  /** None or one. */
  readonly timeKeys: readonly RawBuilder<unknown>[];
  /** Where a row's bucket ends, in milliseconds, BIGINT; null where rows have none. */
  readonly bucketEndMs: RawBuilder<unknown> | null;
}

/** Throws when the dataset does not have a name of the plan. */
export function reportColumns(boundPlan: BoundPlan): ReportColumns {
  const { plan, dataset } = boundPlan;
  const time = compileTime(plan);
  const dimensions = plan.dimensions.map((name) => compileKey(name, boundPlan));
  const lengthMs = time?.lengthMs ?? rangeLengthMs(plan);
  const perFact = plan.perFact !== undefined;
  const metrics = plan.metrics.map((metric) => compileMetric(metric, { dataset, lengthMs, perFact }));
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
    leadingTextKey: leadingTextKey(dimensions),
    timeKeys: keysOf(timeKeys),
    bucketEndMs:
      time?.lengthMs === undefined ? null : sql`(cast(epoch_ms(${time.key}) as bigint) + ${time.lengthMs})`,
  };
}

/** As it is shown where its value is computed. */
export function shownExpression({ value, show }: ReportColumn): RawBuilder<unknown> {
  return show(value ?? sql`null`);
}

/** What facts are ordered by for these dimensions. Throws when the dataset does not have one of them. */
export function compileKeys(names: readonly string[], boundPlan: BoundPlan): readonly RawBuilder<unknown>[] {
  return keysOf(names.map((name) => compileKey(name, boundPlan)));
}

/** Of the whole range. Milliseconds, BIGINT. */
export function rangeLengthMs({ range }: Plan): RawBuilder<unknown> {
  return sql`cast(${range.endExclusiveMs - range.startMs} as bigint)`;
}

interface CompiledTime extends CompiledKey {
  /** Of a row's bucket; absent where rows have none. Milliseconds, BIGINT. */
  readonly lengthMs?: RawBuilder<unknown>;
}

function compileTime({ timeUnit, utcOffsetMinutes = 0, perFact }: Plan): CompiledTime | null {
  const timestamp = sql.ref(timestampColumn.name);
  if (perFact !== undefined) {
    const key = truncateToMillisecond(timestamp);
    return { key, show: formatMillisecond };
  }
  if (timeUnit === null) return null;
  const bucketing = { unit: timeUnit, utcOffsetMinutes };
  const key = truncateToBucket(timestamp, bucketing);
  return { key, show: formatBucket, lengthMs: bucketLengthMs(key, bucketing) };
}

/** In a converted report every fact has the same currency. */
function compileKey(name: string, { plan, dataset }: BoundPlan): CompiledKey {
  const { tenant, targetCurrency } = plan;
  if (targetCurrency !== undefined && name === dataset.currencyDimension) {
    return { key: null, show: () => sql`cast(${targetCurrency} as varchar)` };
  }
  return compileDimension(getDimension(dataset, name), tenant);
}

function leadingTextKey(dimensions: readonly CompiledKey[]): RawBuilder<unknown> | null {
  const leading = dimensions.find(({ key }) => key !== null);
  return leading?.isText === true ? leading.key : null;
}

function keysOf(columns: readonly CompiledKey[]): RawBuilder<unknown>[] {
  return columns.flatMap(({ key }) => key ?? []);
}
