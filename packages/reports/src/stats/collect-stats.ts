import { maxStatsRows, metricColumnNames, type Plan } from '@hourglass/query';
import type { RowBatch } from '../queries/report-engine.ts';

type Value = string | number | null;

/** A group of the statistics: one combination of dimension values. */
export interface StatsGroup {
  readonly dimensions: readonly string[];
  /**
   * Start of each bucket in milliseconds since 1970, in the order of the response. Empty without a
   * time unit.
   */
  readonly bucketsMs: readonly number[];
  /**
   * For each column of a metric its value in every bucket, or one value for the whole range. Whole numbers are
   * strings.
   */
  readonly values: readonly (readonly Value[])[];
}

export interface Stats {
  readonly plan: Plan;
  readonly groups: readonly StatsGroup[];
  /** True when the response is cut at the maximum number of rows. */
  readonly truncated: boolean;
}

/** Collects the rows of a statistics plan, which arrive group by group, up to `maxStatsRows`. */
export async function collectStats(plan: Plan, batches: AsyncIterable<RowBatch>): Promise<Stats> {
  const groups: OpenGroup[] = [];
  const valueColumns = metricColumnNames(plan).length;
  let rows = 0;
  for await (const { rowCount, columns } of batches) {
    const added = Math.min(rowCount, maxStatsRows - rows);
    addRows(groups, added, columnsOf(plan, columns, valueColumns));
    rows += added;
    if (added < rowCount) return { plan, groups, truncated: true };
  }
  return { plan, groups, truncated: false };
}

interface OpenGroup extends StatsGroup {
  readonly dimensions: string[];
  readonly bucketsMs: number[];
  readonly values: Value[][];
}

type Column = RowBatch['columns'][number];

/** The columns of a batch by their part in the response. */
interface StatsColumns {
  readonly values: readonly Column[];
  readonly dimensions: readonly Column[];
  /** Null without a time unit. */
  readonly buckets: Column | null;
}

/** `valueColumns`: number of columns of metrics, which come first. */
function columnsOf(plan: Plan, columns: readonly Column[], valueColumns: number): StatsColumns {
  return {
    values: columns.slice(0, valueColumns),
    dimensions: columns.slice(valueColumns, valueColumns + plan.dimensions.length),
    buckets: plan.timeUnit === null ? null : (columns.at(-1) ?? null),
  };
}

/** Rows without a list of their own, which would take half of the time of large statistics. */
function addRows(groups: OpenGroup[], rowCount: number, { values, dimensions, buckets }: StatsColumns): void {
  let group = groups.at(-1);
  for (let row = 0; row < rowCount; row += 1) {
    if (group === undefined || !isOfGroup(group, dimensions, row)) {
      group = {
        dimensions: dimensions.map((column) => String(column[row])),
        bucketsMs: [],
        values: values.map(() => []),
      };
      groups.push(group);
    }
    for (const [index, column] of values.entries()) group.values[index]?.push(column[row] ?? null);
    if (buckets !== null) group.bucketsMs.push(parseBucketStart(String(buckets[row])));
  }
}

function isOfGroup(group: OpenGroup, dimensions: readonly Column[], row: number): boolean {
  return dimensions.every((column, index) => String(column[row]) === group.dimensions[index]);
}

/**
 * Parses the value of a time column, `YYYY-MM-DD HH:MM:SS UTC` or `YYYY-MM-DDTHH:MM:SS+HH:MM`. Old
 * offsets have seconds, which `Date.parse` does not read.
 */
function parseBucketStart(text: string): number {
  const localMs = Date.parse(`${text.slice(0, 10)}T${text.slice(11, 19)}Z`);
  if (text.endsWith(' UTC')) return localMs;
  const [hours = 0, minutes = 0, seconds = 0] = text.slice(20).split(':').map(Number);
  const offsetMs = (hours * 3_600 + minutes * 60 + seconds) * 1_000;
  return text[19] === '-' ? localMs + offsetMs : localMs - offsetMs;
}
