import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { numberTexts } from '../../plot/number-text.ts';
import type { SeriesPlot } from '../../plot/series.ts';
import { bucketText } from '../../plot/time-text.ts';
import { isWhole, zoomBetween, type Zoom } from '../../plot/zoom.ts';
import { useTexts } from '../../text/texts.tsx';
import { chartHeightPx } from './chart-look.ts';
import { chartData, chartOptions } from './chart-options.ts';
import { Legend } from './legend.tsx';
import { Overview } from './overview.tsx';
import { useChart } from './use-chart.ts';

export interface SeriesChartProps {
  readonly plot: SeriesPlot;
  readonly title: string;
  readonly isStacked: boolean;
  readonly hidden: ReadonlySet<string>;
  readonly zoom: Zoom;
  readonly onHide: (name: string) => void;
  /** Null: the whole plot. */
  readonly onZoom: (zoom: Zoom | null) => void;
  /** Gets the canvas of each chart that is made, for a picture. */
  readonly onCanvas: (canvas: HTMLCanvasElement) => void;
}

/** Below that many buckets nothing is too small to see. */
const minOverviewBuckets = 12;

/** Lines or areas over time, with a legend that shows the values at the pointer, and an overview that moves the zoom. */
export function SeriesChart(props: SeriesChartProps) {
  const { plot, hidden, onHide, onZoom } = props;
  const [point, setPoint] = useState<number | null>(null);
  // While the zoom is dragged, the URL waits.
  const [dragged, setDragged] = useState<Zoom | null>(null);
  const zoom = dragged ?? props.zoom;
  return (
    <div className="series-chart">
      <PointedChart {...props} zoom={zoom} point={point} onPoint={setPoint} />
      {plot.buckets.length >= minOverviewBuckets && (
        <Overview
          plot={plot}
          hidden={hidden}
          zoom={zoom}
          onDrag={setDragged}
          onDrop={(dropped) => {
            setDragged(null);
            onZoom(isWhole(plot.buckets, dropped) ? null : dropped);
          }}
        />
      )}
      <Legend plot={plot} hidden={hidden} point={point} onHide={onHide} />
    </div>
  );
}

interface PointedChartProps extends SeriesChartProps {
  readonly point: number | null;
  readonly onPoint: (bucket: number | null) => void;
}

/** For the keyboard and screen readers the chart is a slider over its buckets, whose value is read. */
function PointedChart(props: PointedChartProps) {
  const { plot, title, zoom, onZoom, point } = props;
  const { t, tag } = useTexts();
  const { buckets } = plot;
  const place = useRef<HTMLDivElement>(null);
  const chart = useZoomedChart(place, props);
  const timeOf = useMemo(() => bucketText(buckets, tag), [buckets, tag]);
  const at = point ?? zoom.first;
  const bucket = buckets[at];
  const press = (event: KeyboardEvent) => {
    if (event.key === 'Escape') onZoom(null);
    const next = pointAfter(event.key, point, zoom);
    const time = next === null ? undefined : buckets[next]?.atSeconds;
    if (time === undefined) return;
    event.preventDefault();
    chart.current?.setCursor({ left: chart.current.valToPos(time, 'x'), top: chartHeightPx / 2 });
  };
  return (
    <div
      ref={place}
      className="chart"
      role="slider"
      tabIndex={0}
      aria-label={t('plot.points', { title })}
      aria-valuemin={zoom.first}
      aria-valuemax={zoom.last}
      aria-valuenow={at}
      aria-valuetext={bucket && `${timeOf(bucket)}: ${valuesText(props, at, tag)}`}
      onKeyDown={press}
    />
  );
}

function valuesText({ plot: { series, unit }, hidden }: PointedChartProps, at: number, tag: string): string {
  const { exact } = numberTexts(tag, unit);
  const shown = series.filter(({ name }) => !hidden.has(name));
  return shown.map((one) => `${one.name} ${exact(one.exact(at))}`).join(', ');
}

function useZoomedChart(
  place: RefObject<HTMLDivElement | null>,
  { plot, isStacked, hidden, zoom, onZoom, onPoint, onCanvas }: PointedChartProps,
): RefObject<uPlot | null> {
  const { tag } = useTexts();
  const [min = 0, max = 0] = [plot.buckets[zoom.first]?.atSeconds, plot.buckets[zoom.last]?.atSeconds];
  const make = (element: HTMLElement) => {
    const look = { plot, isStacked, hidden, tag, widthPx: element.clientWidth };
    const zoomTo = (from: number, to: number) => {
      const next = zoomBetween(plot.buckets, from, to);
      if (next !== null) onZoom(next);
    };
    const options = chartOptions({ ...look, onZoom: zoomTo, onReset: () => onZoom(null), onPoint });
    const made = new uPlot(options, chartData(look), element);
    made.setScale('x', { min, max });
    onCanvas(made.ctx.canvas);
    return made;
  };
  const chart = useChart(place, make, [plot, isStacked, hidden, tag]);
  useEffect(() => chart.current?.setScale('x', { min, max }), [chart, min, max]);
  return chart;
}

function pointAfter(key: string, point: number | null, { first, last }: Zoom): number | null {
  const at = point ?? first - 1;
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(last, at + 1);
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(first, at - 1);
    case 'Home':
      return first;
    case 'End':
      return last;
    default:
      return null;
  }
}
