import { numberOf, type Column, type ResultShape, type Row } from '../rows/result.ts';
import { bucketOf } from './bucket-time.ts';

/** Averages of an hourly series by weekday and hour of the clocks of the report. */
export interface HeatPlot {
  readonly kind: 'heat';
  readonly unit: string | null;
  /** Monday first, each with 24 hours; null: no hour of the result has a value. */
  readonly days: readonly (readonly (number | null)[])[];
  readonly min: number;
  readonly max: number;
}

const daySeconds = 86_400;
/** 1 January 1970 was a Thursday. */
const firstWeekday = 3;

/** Null: the result is no single hourly series, or has values of one day only. */
export function prepareHeat(
  rows: readonly Row[],
  { dimensions, time }: Pick<ResultShape, 'dimensions' | 'time'>,
  metric: Column,
): HeatPlot | null {
  if (time === null || time.name !== 'hour' || dimensions.length > 0) return null;
  const sums = Array.from({ length: 7 * 24 }, () => ({ sum: 0, count: 0 }));
  for (const row of rows) {
    const bucket = bucketOf(String(row[time.name]));
    const value = numberOf(row[metric.name]);
    if (bucket === null || value === null) continue;
    const wall = bucket.atSeconds + bucket.offsetSeconds;
    const day = Math.floor(wall / daySeconds);
    const hour = Math.floor((wall - day * daySeconds) / 3600);
    const cell = sums[((((day + firstWeekday) % 7) + 7) % 7) * 24 + hour];
    if (cell === undefined) continue;
    cell.sum += value;
    cell.count += 1;
  }
  const averages = sums.map(({ sum, count }) => (count === 0 ? null : sum / count));
  const known = averages.filter((value) => value !== null);
  const days = Array.from({ length: 7 }, (_day, day) => averages.slice(day * 24, day * 24 + 24));
  if (days.filter((hours) => hours.some((value) => value !== null)).length < 2) return null;
  return { kind: 'heat', unit: metric.unit, days, min: Math.min(...known), max: Math.max(...known) };
}

/** Returns how strongly a cell is coloured, 0 to 1. */
export function heatOf({ min, max }: Pick<HeatPlot, 'min' | 'max'>, value: number | null): number {
  if (value === null) return 0;
  // Zero is no colour, unless there are negative values.
  const from = Math.min(0, min);
  return max === from ? 0 : (value - from) / (max - from);
}
