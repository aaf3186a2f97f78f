import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { offsetAt } from '../../plot/bucket-time.ts';
import type { SeriesPlot } from '../../plot/prepare-plot.ts';
import { useTexts } from '../../text/texts.tsx';

interface SeriesChartProps {
  readonly plot: SeriesPlot;
  readonly title: string;
  readonly isRatio: boolean;
}

const heightPx = 320;

/** Lines over time. Dragging zooms, a double click shows all; the legend shows the values below the pointer. */
export function SeriesChart({ plot, title, isRatio }: SeriesChartProps) {
  const { t, tag } = useTexts();
  const timeLabel = t('plot.time');
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return undefined;
    const draw = () =>
      new uPlot(
        optionsOf(plot, { tag, timeLabel, isRatio, widthPx: element.clientWidth }),
        dataOf(plot),
        element,
      );
    let chart = draw();
    const sizes = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height: heightPx }));
    sizes.observe(element);
    // Colours are read when the chart is made.
    const redraw = () => {
      chart.destroy();
      chart = draw();
    };
    const scheme = window.matchMedia('(prefers-color-scheme: dark)');
    const themes = new MutationObserver(redraw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    scheme.addEventListener('change', redraw);
    return () => {
      sizes.disconnect();
      themes.disconnect();
      scheme.removeEventListener('change', redraw);
      chart.destroy();
    };
  }, [plot, tag, timeLabel, isRatio]);
  return <div ref={place} className="chart" role="img" aria-label={title} />;
}

function dataOf({ buckets, series }: SeriesPlot): uPlot.AlignedData {
  return [buckets.map(({ atSeconds }) => atSeconds), ...series.map(({ values }) => [...values])];
}

interface Look {
  readonly tag: string;
  readonly timeLabel: string;
  readonly isRatio: boolean;
  readonly widthPx: number;
}

function optionsOf(plot: SeriesPlot, { tag, timeLabel, isRatio, widthPx }: Look): uPlot.Options {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name: string) => styles.getPropertyValue(name).trim();
  const number = new Intl.NumberFormat(
    tag,
    isRatio ? { style: 'percent', maximumFractionDigits: 1 } : { maximumFractionDigits: 2 },
  );
  const short = new Intl.NumberFormat(tag, isRatio ? { style: 'percent' } : { notation: 'compact' });
  const full = timeText(plot, tag, { dateStyle: 'medium', timeStyle: 'short' });
  const axis = {
    stroke: colour('--text-soft'),
    grid: { stroke: colour('--line'), width: 1 },
    ticks: { stroke: colour('--line') },
  };
  return {
    width: widthPx,
    height: heightPx,
    tzDate: (seconds) => wallDate(plot, seconds),
    scales: { x: { time: true }, y: { range: valueRange } },
    axes: [
      { ...axis, values: (_chart, splits) => splits.map(axisText(plot, tag)), space: 90 },
      { ...axis, values: (_chart, splits) => splits.map((value) => short.format(value)), size: 64 },
    ],
    series: [
      { label: timeLabel, value: (_chart, seconds) => (seconds === null ? '—' : full(seconds)) },
      ...plot.series.map(({ name }, index) => ({
        label: name,
        stroke: colour(`--series-${index + 1}`),
        width: 2,
        // Marks tell lines apart without colour.
        dash: index < 4 ? [] : [6, 4],
        value: (_chart: uPlot, value: number | null) => (value === null ? '—' : number.format(value)),
      })),
    ],
  };
}

/** uPlot reads clock times from the local getters of this date. */
function wallDate({ buckets }: SeriesPlot, seconds: number): Date {
  const wall = new Date((seconds + offsetAt(buckets, seconds)) * 1000);
  return new Date(
    wall.getUTCFullYear(),
    wall.getUTCMonth(),
    wall.getUTCDate(),
    wall.getUTCHours(),
    wall.getUTCMinutes(),
    wall.getUTCSeconds(),
  );
}

function timeText(
  { buckets }: SeriesPlot,
  tag: string,
  options: Intl.DateTimeFormatOptions,
): (seconds: number) => string {
  const format = new Intl.DateTimeFormat(tag, { ...options, timeZone: 'UTC' });
  return (seconds) => format.format(new Date((seconds + offsetAt(buckets, seconds)) * 1000));
}

/** Dates at midnight, clock times between. */
function axisText(plot: SeriesPlot, tag: string): (seconds: number) => string {
  const day = timeText(plot, tag, { month: 'short', day: 'numeric' });
  const time = timeText(plot, tag, { hour: '2-digit', minute: '2-digit' });
  return (seconds) => {
    const isMidnight = (seconds + offsetAt(plot.buckets, seconds)) % 86_400 === 0;
    return isMidnight ? day(seconds) : time(seconds);
  };
}

/** Begins at zero, so that heights can be compared. */
function valueRange(_chart: uPlot, min: number, max: number): uPlot.Range.MinMax {
  if (min < 0) return uPlot.rangeNum(min, max, 0.1, true);
  return [0, max === 0 ? 1 : max * 1.05];
}
