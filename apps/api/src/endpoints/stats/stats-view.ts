import { maxStatsRows, metricColumnNames, type Plan } from '@hourglass/query';
import type { Stats, StatsGroup } from '@hourglass/reports';
import { ItemByItem } from '../../http/json-pieces.ts';

type Value = string | number | null;

/** Rows of a group that are written as one text. With ten metrics that takes a millisecond. */
const maxRowsAtOnce = 64;

/** The subject of the statistics, as the verbose form names it. */
export interface StatsScope {
  readonly list: 'environments' | 'hosts';
  readonly name: string;
}

/** The verbose form: every value is a string. */
export function verboseStats(stats: Stats, { list, name }: StatsScope): object {
  const { plan, groups } = stats;
  const shown =
    plan.dimensions.length === 0
      ? { metrics: new ItemByItem(verboseMetricsOfAll(plan, groups)) }
      : { dimensions: new ItemByItem(verboseDimensions(plan, groups)) };
  return { [list]: new ItemByItem([{ name, ...shown }]), metaData: metaDataOf(stats) };
}

function* verboseMetricsOfAll(plan: Plan, groups: readonly StatsGroup[]): Generator<object> {
  const names = metricColumnNames(plan);
  for (const group of groups) yield* verboseMetrics(plan, names, group);
}

function* verboseDimensions(plan: Plan, groups: readonly StatsGroup[]): Generator<object> {
  const names = metricColumnNames(plan);
  for (const group of groups) {
    yield {
      name: group.dimensions.join(','),
      individualNames: group.dimensions,
      metrics: itemsOf(verboseMetrics(plan, names, group), rowsOf(group)),
    };
  }
}

function* verboseMetrics(
  { timeUnit }: Plan,
  names: readonly string[],
  { bucketsMs, values }: StatsGroup,
): Generator<object> {
  for (const [index, name] of names.entries()) {
    const ofMetric = values[index] ?? [];
    yield {
      name,
      values:
        timeUnit === null
          ? ofMetric.map(textOf)
          : itemsOf(verboseBuckets(bucketsMs, ofMetric), ofMetric.length),
    };
  }
}

function* verboseBuckets(bucketsMs: readonly number[], values: readonly Value[]): Generator<object> {
  for (const [bucket, value] of values.entries())
    yield { timestamp: bucketsMs[bucket], value: textOf(value) };
}

/**
 * The optimized form: values are numbers, one for each bucket of `TimeUnit`, null where the group
 * has no facts. `formatBucket` formats the start of a bucket, in milliseconds since 1970.
 */
export function optimizedStats(stats: Stats, formatBucket: (ms: number) => number | string): object {
  const bucketsMs = everyBucketMs(stats);
  return {
    Response: {
      TimeUnit: bucketsMs.map(formatBucket),
      metaData: metaDataOf(stats),
      resultTruncated: stats.truncated,
      stats: { data: new ItemByItem(optimizedData(stats, bucketsMs)) },
    },
  };
}

function* optimizedData({ plan, groups }: Stats, bucketsMs: readonly number[]): Generator<object> {
  for (const group of groups) {
    const metrics = optimizedMetrics(plan, group, bucketsMs);
    if (plan.dimensions.length === 0) yield* metrics;
    else {
      yield {
        identifier: { names: plan.dimensions, values: group.dimensions },
        metric: itemsOf(metrics, bucketsMs.length),
      };
    }
  }
}

function* optimizedMetrics(plan: Plan, group: StatsGroup, bucketsMs: readonly number[]): Generator<object> {
  const rowOf = new Map(group.bucketsMs.map((ms, row) => [ms, row]));
  const rows = plan.timeUnit === null ? [0] : bucketsMs.map((ms) => rowOf.get(ms));
  for (const [index, name] of metricColumnNames(plan).entries()) {
    const values = rows.map((row) => (row === undefined ? null : (group.values[index]?.[row] ?? null)));
    yield { env: plan.tenant.environment, name, values: values.map(numberOf) };
  }
}

/** Items that come one by one only where they are many: short arrays are written much faster. */
function itemsOf(items: Iterable<object>, rows: number): readonly object[] | ItemByItem {
  return rows <= maxRowsAtOnce ? [...items] : new ItemByItem(items);
}

function rowsOf({ bucketsMs }: StatsGroup): number {
  return Math.max(1, bucketsMs.length);
}

/** The buckets of all groups, in the order of the response. */
function everyBucketMs({ plan, groups }: Stats): readonly number[] {
  const bucketsMs = [...new Set(groups.flatMap((group) => group.bucketsMs))];
  const direction = plan.groups?.newestFirst === true ? -1 : 1;
  return bucketsMs.sort((left, right) => direction * (left - right));
}

function metaDataOf({ plan, truncated }: Stats): object {
  const notices: string[] = [];
  if (plan.utcOffsetMinutes !== undefined) {
    notices.push(`Buckets begin in the zone ${plan.utcOffsetMinutes} minutes from UTC`);
  }
  if (plan.timeZone !== undefined) notices.push(`Buckets begin in the zone ${plan.timeZone.name}`);
  if (truncated) notices.push(`The response was truncated to ${maxStatsRows} rows of groups and buckets`);
  return { errors: [], notices };
}

/**
 * Formats averages and rates (numbers) with a decimal point, so that clients never take them for
 * counts (strings).
 */
function textOf(value: Value): string | null {
  if (typeof value !== 'number') return value;
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? value.toFixed(1) : String(value);
}

/** Whole numbers are strings, because a sum may exceed 2^53. */
function numberOf(value: Value): number | bigint | null {
  if (typeof value !== 'string') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : BigInt(value);
}
