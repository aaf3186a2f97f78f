import { nameOf, numberOf, type Column, type ResultShape, type Row } from '../rows/result.ts';
import { changeOf, comparedWith, prepareFigures, type FigurePlot } from './figures.ts';
import { prepareHeat, type HeatPlot } from './heat.ts';
import { prepareSeries, type SeriesPlot } from './series.ts';

export interface BarPlot {
  readonly kind: 'bars';
  readonly unit: string | null;
  /** Longest first. */
  readonly bars: readonly Bar[];
  /** The longest bar; at least 1 bar has it. */
  readonly max: number;
  readonly isCompared: boolean;
  readonly omitted: number;
}

interface Bar {
  readonly name: string;
  readonly value: number;
  /** As the result has it. */
  readonly exact: Row[string];
  /** Relative, of a comparison. */
  readonly change: number | null;
}

/** The ways to look at a result; the first one is shown unless another is chosen. */
export interface Plots {
  readonly series: SeriesPlot | null;
  readonly heat: HeatPlot | null;
  readonly bars: BarPlot | null;
  readonly figures: FigurePlot | null;
  readonly views: readonly PlotView[];
}

export type PlotView = 'lines' | 'areas' | 'heat' | 'bars' | 'figures';

const maxBars = 20;
const nothing: Plots = { series: null, heat: null, bars: null, figures: null, views: [] };

/** Chooses plots by the shape of the result: lines over time, bars of dimensions, or the numbers of one row. */
export function preparePlots(rows: readonly Row[], shape: ResultShape, metric: Column | undefined): Plots {
  const [first] = rows;
  if (metric === undefined || first === undefined) return nothing;
  const series = prepareSeries(rows, shape, metric, comparedWith(shape.metrics, metric));
  if (series !== null) {
    const heat = prepareHeat(rows, shape, metric);
    const views: readonly PlotView[] = [
      'lines',
      ...(series.canStack ? (['areas'] as const) : []),
      ...(heat === null ? [] : (['heat'] as const)),
    ];
    return { ...nothing, series, heat, views };
  }
  if (shape.dimensions.length === 0) {
    const figures = rows.length === 1 ? prepareFigures(first, shape) : null;
    return figures === null ? nothing : { ...nothing, figures, views: ['figures'] };
  }
  const bars = prepareBars(rows, shape, metric);
  return bars === null ? nothing : { ...nothing, bars, views: ['bars'] };
}

/** Returns the chosen view, such as that in the URL, if the result has it, else the first. */
export function viewOf({ views }: Plots, chosen: string | null): PlotView | null {
  return views.find((view) => view === chosen) ?? views[0] ?? null;
}

function prepareBars(
  rows: readonly Row[],
  { dimensions, metrics }: ResultShape,
  metric: Column,
): BarPlot | null {
  const all = rows
    .map((row) => ({ row, value: numberOf(row[metric.name]) }))
    .filter((bar): bar is { row: Row; value: number } => bar.value !== null);
  const isCompared = comparedWith(metrics, metric) !== undefined;
  const bars = all
    .toSorted((one, other) => other.value - one.value)
    .slice(0, maxBars)
    .map(({ row, value }) => ({
      ...{ name: nameOf(row, dimensions), value, exact: row[metric.name] ?? null },
      change: isCompared ? changeOf(row, metric) : null,
    }));
  const max = Math.max(...bars.map(({ value }) => Math.abs(value)));
  // Without any length there is nothing to compare.
  if (bars.length === 0 || max === 0) return null;
  return { kind: 'bars', unit: metric.unit, bars, max, isCompared, omitted: all.length - bars.length };
}
