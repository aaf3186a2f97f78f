import { type RawBuilder, sql } from 'kysely';
import type { Dataset } from '../catalogue/dataset.ts';
import { dimensionNamed } from '../catalogue/look-up.ts';
import type { Plan } from '../plan/plan.ts';
import { type CompiledKey, compileDimension } from './compile-dimension.ts';
import { compileMetric } from './compile-metric.ts';
import { bucketLengthMs, formatBucket, truncateToBucket } from './time-bucket.ts';

/** The columns of a report and what its rows are grouped by. */
export interface ReportColumns {
  /** In the order of `outputColumns`. */
  readonly shown: readonly RawBuilder<unknown>[];
  /** Of the dimensions that can have more than one value. */
  readonly groupKeys: readonly RawBuilder<unknown>[];
  /** Null: the report has no time unit. */
  readonly timeKey: RawBuilder<unknown> | null;
  /** Of the whole range in milliseconds, BIGINT. */
  readonly rangeLengthMs: RawBuilder<unknown>;
}

/** Throws when the dataset does not have a name of the plan. */
export function reportColumns(plan: Plan, dataset: Dataset): ReportColumns {
  const { startMs, endExclusiveMs } = plan.range;
  const rangeLengthMs = sql`cast(${endExclusiveMs - startMs} as bigint)`;
  const time = compileTime(plan);
  const dimensions = plan.dimensions.map((name) =>
    compileDimension(dimensionNamed(dataset, name), plan.tenant),
  );
  const metrics = plan.metrics.map((metric) =>
    compileMetric(metric, dataset, time?.lengthMs ?? rangeLengthMs),
  );
  return {
    shown: [...metrics, ...dimensions.map(({ shown }) => shown), ...(time === null ? [] : [time.shown])],
    groupKeys: dimensions.flatMap(({ key }) => key ?? []),
    timeKey: time?.key ?? null,
    rangeLengthMs,
  };
}

/** With the length of a row's bucket. Milliseconds, BIGINT. */
function compileTime({
  timeUnit,
  utcOffsetMinutes = 0,
}: Plan): (CompiledKey & { readonly lengthMs: RawBuilder<unknown> }) | null {
  if (timeUnit === null) return null;
  const bucketing = { unit: timeUnit, utcOffsetMinutes };
  const key = truncateToBucket(sql.ref('timestamp'), bucketing);
  return { key, shown: formatBucket(key), lengthMs: bucketLengthMs(key, bucketing) };
}
