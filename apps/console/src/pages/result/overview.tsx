import { useMemo, useRef, type PointerEvent } from 'react';
import uPlot from 'uplot';
import { stackedValues, type SeriesPlot } from '../../plot/series.ts';
import { bucketText } from '../../plot/time-text.ts';
import { movedZoom, withEnd, type Zoom } from '../../plot/zoom.ts';
import { useTexts } from '../../text/texts.tsx';
import { colours } from './chart-options.ts';
import { useChart } from './use-chart.ts';

interface OverviewProps {
  readonly plot: SeriesPlot;
  readonly hidden: ReadonlySet<string>;
  readonly zoom: Zoom;
  readonly onDrag: (zoom: Zoom) => void;
  readonly onDrop: (zoom: Zoom) => void;
}

const heightPx = 48;

/** All of the time in small, with the part that is shown: its ends are sliders, and between them it is moved. */
export function Overview({ plot, hidden, zoom, onDrag, onDrop }: OverviewProps) {
  const { t, tag } = useTexts();
  const { buckets } = plot;
  const place = useRef<HTMLDivElement>(null);
  useChart(place, (element) => drawTotal(element, plot, hidden), [plot, hidden]);
  const timeOf = useMemo(() => bucketText(buckets, tag), [buckets, tag]);
  const lastIndex = buckets.length - 1;
  const percent = (index: number) => `${(index / lastIndex) * 100}%`;
  return (
    <div className="overview">
      <div ref={place} aria-hidden="true" />
      <ZoomWindow
        {...{ plot, zoom, onDrag, onDrop }}
        style={{ left: percent(zoom.first), right: percent(lastIndex - zoom.last) }}
      />
      {(['first', 'last'] as const).map((end) => {
        const bucket = buckets[zoom[end]];
        return (
          <input
            key={end}
            type="range"
            className="overview-end"
            min={0}
            max={lastIndex}
            value={zoom[end]}
            aria-label={t(end === 'first' ? 'plot.zoomFrom' : 'plot.zoomTo')}
            aria-valuetext={bucket && timeOf(bucket)}
            onChange={({ target }) => onDrag(withEnd(zoom, end, Number(target.value)))}
            onPointerUp={() => onDrop(zoom)}
            onKeyUp={() => onDrop(zoom)}
            onBlur={() => onDrop(zoom)}
          />
        );
      })}
    </div>
  );
}

interface ZoomWindowProps extends Pick<OverviewProps, 'plot' | 'zoom' | 'onDrag' | 'onDrop'> {
  readonly style: { readonly left: string; readonly right: string };
}

/** For pointers only: the sliders move both ends by keyboard. */
function ZoomWindow({ plot: { buckets }, zoom, onDrag, onDrop, style }: ZoomWindowProps) {
  const start = useRef<{ readonly x: number; readonly zoom: Zoom } | null>(null);
  const moved = ({ clientX, currentTarget }: PointerEvent<HTMLElement>): Zoom | null => {
    const widthPx = currentTarget.parentElement?.clientWidth ?? 0;
    if (start.current === null || widthPx === 0) return null;
    const by = Math.round(((clientX - start.current.x) / widthPx) * (buckets.length - 1));
    return movedZoom(buckets, start.current.zoom, by);
  };
  return (
    <div
      className="overview-window"
      aria-hidden="true"
      style={style}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        start.current = { x: event.clientX, zoom };
      }}
      onPointerMove={(event) => {
        const next = moved(event);
        if (next !== null) onDrag(next);
      }}
      onPointerUp={(event) => {
        const next = moved(event);
        start.current = null;
        if (next !== null) onDrop(next);
      }}
    />
  );
}

function drawTotal(
  element: HTMLElement,
  { buckets, series }: SeriesPlot,
  hidden: ReadonlySet<string>,
): uPlot {
  const total = stackedValues(series.filter(({ name }) => !hidden.has(name))).at(-1) ?? buckets.map(() => 0);
  const stroke = colours()('--series-1');
  const none = { show: false } as const;
  return new uPlot(
    {
      ...{ width: element.clientWidth, height: heightPx, padding: [2, 0, 2, 0] },
      ...{ legend: none, cursor: none, axes: [none, none], scales: { x: { time: true } } },
      series: [{}, { stroke, width: 1, fill: `${stroke}33` }],
    },
    [buckets.map(({ atSeconds }) => atSeconds), total],
    element,
  );
}
