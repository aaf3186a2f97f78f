import uPlot from 'uplot';
import { numberTexts } from '../../plot/number-text.ts';
import { isolatedPositions, stackedValues, type Series, type SeriesPlot } from '../../plot/series.ts';
import { chartEndPx, chartHeightPx, seriesColour } from './chart-look.ts';
import { axisText, wallDate } from '../../plot/time-text.ts';

export interface ChartLook {
  readonly plot: SeriesPlot;
  readonly isStacked: boolean;
  /** Names of series that are not drawn. */
  readonly hidden: ReadonlySet<string>;
  readonly tag: string;
  readonly widthPx: number;
  readonly onZoom: (fromSeconds: number, toSeconds: number) => void;
  readonly onReset: () => void;
  readonly onPoint: (bucket: number | null) => void;
}

export function colours(): (name: string) => string {
  const styles = getComputedStyle(document.documentElement);
  return (name) => styles.getPropertyValue(name).trim();
}

interface DrawnSeries extends Series {
  readonly index: number;
}

function drawnOf({ plot, hidden }: Pick<ChartLook, 'plot' | 'hidden'>): DrawnSeries[] {
  return plot.series.map((series, index) => ({ ...series, index })).filter(({ name }) => !hidden.has(name));
}

export function chartData(look: Pick<ChartLook, 'plot' | 'hidden' | 'isStacked'>): uPlot.AlignedData {
  const drawn = drawnOf(look);
  const times = look.plot.buckets.map(({ atSeconds }) => atSeconds);
  const values = look.isStacked ? stackedValues(drawn) : drawn.map((series) => [...series.values]);
  return [times, ...values];
}

export function chartOptions(look: ChartLook): uPlot.Options {
  const { plot, tag, widthPx, isStacked } = look;
  const colour = colours();
  const texts = numberTexts(tag, plot.unit);
  const axis = {
    stroke: colour('--text-soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line') },
    font: `12px ${getComputedStyle(document.body).fontFamily}`,
  };
  const drawn = drawnOf(look);
  return {
    width: widthPx,
    height: chartHeightPx,
    tzDate: (seconds) => wallDate(plot.buckets, seconds),
    legend: { show: false },
    padding: [12, chartEndPx, 0, 0],
    scales: { x: { time: true }, y: { range: valueRange } },
    axes: [
      { ...axis, values: (_chart, splits) => splits.map(axisText(plot.buckets, tag)), space: 90 },
      { ...axis, values: (_chart, splits) => splits.map(texts.axis), size: 64 },
    ],
    series: [{}, ...drawn.map(({ index }) => lineOf(colour(seriesColour(index)), index, isStacked))],
    // An area ends where the one below it begins.
    ...(isStacked
      ? {
          bands: drawn
            .slice(1)
            .map((_series, index) => ({ series: [index + 2, index + 1] as [number, number] })),
        }
      : {}),
    ...pointing(look),
  };
}

function lineOf(stroke: string, index: number, isStacked: boolean): uPlot.Series {
  return {
    stroke,
    width: 2,
    // Marks tell lines apart without colour.
    dash: index < 4 || isStacked ? [] : [6, 4],
    points: {
      filter: (chart, position, showsAll) =>
        showsAll ? null : isolatedPositions(chart.data[position] as (number | null)[]),
    },
    ...(isStacked ? { fill: `${stroke}99`, width: 1 } : {}),
  };
}

/** Dragging zooms, a double click shows all. */
function pointing({ onZoom, onReset, onPoint }: ChartLook): Pick<uPlot.Options, 'cursor' | 'hooks'> {
  return {
    cursor: {
      y: false,
      drag: { x: true, y: false, setScale: false },
      bind: {
        dblclick: () => () => {
          onReset();
          return null;
        },
      },
    },
    hooks: {
      setCursor: [({ cursor: { idx } }) => onPoint(idx ?? null)],
      setSelect: [
        (chart) => {
          const { left, width } = chart.select;
          if (width < 4) return;
          onZoom(chart.posToVal(left, 'x'), chart.posToVal(left + width, 'x'));
          chart.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
    },
  };
}

/** Begins at zero, so that heights can be compared. Null: every series is hidden. */
function valueRange(_chart: uPlot, min: number | null, max: number | null): uPlot.Range.MinMax {
  if (min === null || max === null || max === 0) return [Math.min(0, min ?? 0), 1];
  return min < 0 ? uPlot.rangeNum(min, max, 0.1, true) : [0, max * 1.05];
}
