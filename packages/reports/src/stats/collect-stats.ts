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
  const values = metricColumnNames(plan).length;
  let rows = 0;
  for await (const { rowCount, columns } of batches) {
    for (let row = 0; row < rowCount; row += 1) {
      if (rows === maxStatsRows) return { plan, groups, truncated: true };
      rows += 1;
      addRow(
        { plan, values },
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

/** `values`: number of columns of metrics, which come first. */
function addRow(
  { plan: { dimensions, timeUnit }, values: count }: { readonly plan: Plan; readonly values: number },
  groups: OpenGroup[],
  row: readonly Value[],
): void {
  const dimensionValues = row.slice(count, count + dimensions.length).map(String);
  let group = groups.at(-1);
  if (group === undefined || group.dimensions.some((value, index) => value !== dimensionValues[index])) {
    group = { dimensions: dimensionValues, bucketsMs: [], values: Array.from({ length: count }, () => []) };
    groups.push(group);
  }
  for (const [index, values] of group.values.entries()) values.push(row[index] ?? null);
  if (timeUnit !== null) group.bucketsMs.push(parseBucketStart(String(row.at(-1))));
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
