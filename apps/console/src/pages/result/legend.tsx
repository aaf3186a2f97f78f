import { useMemo } from 'react';
import { absent, numberTexts } from '../../plot/number-text.ts';
import type { SeriesPlot } from '../../plot/series.ts';
import { bucketText } from '../../plot/time-text.ts';
import { useTexts } from '../../text/texts.tsx';
import { seriesColour } from './chart-look.ts';

interface LegendProps {
  readonly plot: SeriesPlot;
  readonly hidden: ReadonlySet<string>;
  /** The bucket at the pointer; null: it is elsewhere. */
  readonly point: number | null;
  readonly onHide: (name: string) => void;
}

/** The series with their values at the pointer, every digit of them. A series is a switch that hides it. */
export function Legend({ plot, hidden, point, onHide }: LegendProps) {
  const { t, tag } = useTexts();
  const { buckets, series, unit } = plot;
  const timeOf = useMemo(() => bucketText(buckets, tag), [buckets, tag]);
  const { exact } = useMemo(() => numberTexts(tag, unit), [tag, unit]);
  const bucket = point === null ? undefined : buckets[point];
  return (
    <div className="legend-box">
      <p className="legend-time">{bucket === undefined ? t('plot.pointHint') : timeOf(bucket)}</p>
      <ul className="legend-list" aria-label={t('plot.legend')}>
        {series.map((one, index) => (
          <li key={one.name}>
            <button
              type="button"
              className="legend-item"
              aria-pressed={!hidden.has(one.name)}
              title={one.name}
              onClick={() => onHide(one.name)}
            >
              <span
                className="swatch"
                aria-hidden="true"
                style={{ background: `var(${seriesColour(index)})` }}
              />
              <span className="legend-name">{one.name}</span>
            </button>
            <span className="legend-value">{point === null ? absent : exact(one.exact(point))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
