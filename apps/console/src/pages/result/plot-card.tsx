import { lazy, Suspense } from 'react';
import type { BarPlot, Plot } from '../../plot/prepare-plot.ts';
import type { Column } from '../../plot/result.ts';
import { useTexts } from '../../text/texts.tsx';

interface PlotCardProps {
  readonly plot: Plot;
  readonly metrics: readonly Column[];
  readonly metric: Column;
  /** Whether the result has more rows than were read. */
  readonly isPartial: boolean;
  readonly onMetric: (name: string) => void;
}

// The library of plots is loaded with the first of them.
const SeriesChart = lazy(async () => ({ default: (await import('./series-chart.tsx')).SeriesChart }));

export function PlotCard({ plot, metrics, metric, isPartial, onMetric }: PlotCardProps) {
  const { t } = useTexts();
  if (plot.kind === 'figures') return null;
  return (
    <section className="card stack" aria-label={t('plot.title')}>
      <label className="plot-metric">
        <span className="legend">{t('plot.metric')}</span>
        <select value={metric.name} onChange={({ target }) => onMetric(target.value)}>
          {metrics.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        {metric.unit !== null && metric.unit !== 'ratio' && <span className="sub">{metric.unit}</span>}
      </label>
      {plot.kind === 'bars' ? (
        <Bars plot={plot} />
      ) : (
        <Suspense fallback={<div className="chart" />}>
          <SeriesChart plot={plot} title={metric.name} isRatio={metric.unit === 'ratio'} />
        </Suspense>
      )}
      {plot.omitted > 0 && <p className="hint">{t('plot.omitted', { count: plot.omitted })}</p>}
      {isPartial && <p className="hint">{t('plot.partial')}</p>}
    </section>
  );
}

function Bars({ plot: { bars, max, unit } }: { readonly plot: BarPlot }) {
  const { tag } = useTexts();
  const format = new Intl.NumberFormat(
    tag,
    unit === 'ratio' ? { style: 'percent', maximumFractionDigits: 1 } : { maximumFractionDigits: 2 },
  );
  return (
    <ol className="bars">
      {bars.map(({ name, value }, index) => (
        <li key={index}>
          <span className="bar-name" title={name}>
            {name}
          </span>
          <span className="bar-line" aria-hidden="true">
            <span className="bar-length" style={{ width: `${(Math.abs(value) / max) * 100}%` }} />
          </span>
          <span className="bar-value">{format.format(value)}</span>
        </li>
      ))}
    </ol>
  );
}
