import { maxStatsRows, type Plan } from '@hourglass/query';
import type { RowBatch } from '../queries/report-engine.ts';

type Value = string | number | null;

/** One combination of the dimensions' values. */
export interface StatsGroup {
  readonly dimensions: readonly string[];
  /** Where its buckets begin, milliseconds since 1970, in the order of the answer; none without a time unit. */
  readonly bucketsMs: readonly number[];
  /** For each metric its value in every bucket, or over the whole range. Whole numbers are text. */
  readonly values: readonly (readonly Value[])[];
}

export interface Stats {
  readonly plan: Plan;
  readonly groups: readonly StatsGroup[];
  /** There is more than an answer may hold. */
  readonly truncated: boolean;
}

/** Takes the rows of a plan that chooses groups, which come group by group, up to `maxStatsRows`. */
export async function collectStats(plan: Plan, batches: AsyncIterable<RowBatch>): Promise<Stats> {
  const groups: OpenGroup[] = [];
  let rows = 0;
  for await (const { rowCount, columns } of batches) {
    for (let row = 0; row < rowCount; row += 1) {
      if (rows === maxStatsRows) return { plan, groups, truncated: true };
      rows += 1;
      addRow(
        plan,
        groups,
        columns.map((column) => column[row] ?? null),
      );
    }
  }
  return { plan, groups, truncated: false };
}

interface OpenGroup extends StatsGroup {
  readonly bucketsMs: number[];
  readonly values: readonly Value[][];
}

function addRow({ metrics, dimensions, timeUnit }: Plan, groups: OpenGroup[], row: readonly Value[]): void {
  const shown = row.slice(metrics.length, metrics.length + dimensions.length).map(String);
  let group = groups.at(-1);
  if (group === undefined || group.dimensions.some((value, index) => value !== shown[index])) {
    group = { dimensions: shown, bucketsMs: [], values: metrics.map(() => []) };
    groups.push(group);
  }
  for (const [index, values] of group.values.entries()) values.push(row[index] ?? null);
  if (timeUnit !== null) group.bucketsMs.push(bucketStartMs(String(row.at(-1))));
}

/** Of a time column, `YYYY-MM-DD HH:MM:SS UTC`. */
function bucketStartMs(shown: string): number {
  return Date.parse(shown.replace(' UTC', 'Z').replace(' ', 'T'));
}
