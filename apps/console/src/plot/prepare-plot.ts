import { bucketOf, type Bucket } from './bucket-time.ts';
import { nameOf, numberOf, type Column, type ResultShape, type Row } from './result.ts';

export interface SeriesPlot {
  readonly kind: 'series';
  readonly unit: string | null;
  /** Ascending. */
  readonly buckets: readonly Bucket[];
  /** Values by bucket; null: no row. */
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
  /** Series that are not drawn because others have larger sums. */
  readonly omitted: number;
}

export interface BarPlot {
  readonly kind: 'bars';
  readonly unit: string | null;
  readonly bars: readonly { readonly name: string; readonly value: number; readonly row: Row }[];
  /** The longest bar; at least 1 bar has it. */
  readonly max: number;
  readonly omitted: number;
}

/** A result without time and dimensions is one row. */
interface FigurePlot {
  readonly kind: 'figures';
}

export type Plot = SeriesPlot | BarPlot | FigurePlot;

const maxSeries = 8;
const maxBars = 20;

/** Chooses a plot by the shape of the result. Null: nothing can be drawn. */
export function preparePlot(
  rows: readonly Row[],
  shape: ResultShape,
  metric: Column | undefined,
): Plot | null {
  if (metric === undefined || rows.length === 0) return null;
  if (shape.time !== null) return seriesOf(rows, shape, metric, shape.time);
  if (shape.dimensions.length === 0) return { kind: 'figures' };
  return barsOf(rows, shape, metric);
}

function seriesOf(
  rows: readonly Row[],
  { dimensions }: ResultShape,
  metric: Column,
  time: Column,
): SeriesPlot | null {
  const buckets = new Map<number, Bucket>();
  const series = new Map<string, { sum: number; values: Map<number, number> }>();
  for (const row of rows) {
    const bucket = bucketOf(String(row[time.name]));
    const value = numberOf(row[metric.name]);
    if (bucket === null) continue;
    buckets.set(bucket.atSeconds, bucket);
    const name = dimensions.length === 0 ? metric.name : nameOf(row, dimensions);
    const entry = series.get(name) ?? { sum: 0, values: new Map<number, number>() };
    series.set(name, entry);
    if (value === null) continue;
    entry.sum += Math.abs(value);
    entry.values.set(bucket.atSeconds, value);
  }
  // One point is no line.
  if (buckets.size < 2) return null;
  const sorted = [...buckets.values()].sort((one, other) => one.atSeconds - other.atSeconds);
  const largest = [...series].sort(([, one], [, other]) => other.sum - one.sum).slice(0, maxSeries);
  return {
    ...{ kind: 'series', unit: metric.unit, buckets: sorted, omitted: series.size - largest.length },
    series: largest.map(([name, { values }]) => ({
      name,
      values: sorted.map(({ atSeconds }) => values.get(atSeconds) ?? null),
    })),
  };
}

function barsOf(rows: readonly Row[], { dimensions }: ResultShape, metric: Column): BarPlot | null {
  const all = rows
    .map((row) => ({ name: nameOf(row, dimensions), value: numberOf(row[metric.name]), row }))
    .filter((bar): bar is BarPlot['bars'][number] => bar.value !== null);
  const bars = all.toSorted((one, other) => other.value - one.value).slice(0, maxBars);
  const max = Math.max(...bars.map(({ value }) => Math.abs(value)));
  // Without any length there is nothing to compare.
  if (bars.length === 0 || max === 0) return null;
  return { kind: 'bars', unit: metric.unit, bars, max, omitted: all.length - bars.length };
}
