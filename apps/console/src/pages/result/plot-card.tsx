import { useRef } from 'react';
import { ChoiceButtons } from '../../parts/choice-buttons.tsx';
import { loadable } from '../../parts/loadable.tsx';
import { unitText } from '../../plot/number-text.ts';
import type { Plots, PlotView } from '../../plot/prepare-plot.ts';
import type { Column } from '../../rows/result.ts';
import { useTexts } from '../../text/texts.tsx';
import { Bars } from './bars.tsx';
import { Figures } from './figures.tsx';
import { HeatTable } from './heat-table.tsx';
import { SavePicture } from './save-picture.tsx';
import type { PlotState } from './use-plot-state.ts';

export interface PlotCardProps {
  readonly plots: Plots;
  readonly view: PlotView;
  readonly metrics: readonly Column[];
  readonly metric: Column;
  readonly state: PlotState;
  /** The name of the query. */
  readonly name: string;
  /** The range of the report with its zone. */
  readonly rangeText: string;
  /** Whether the result has more rows than were read. */
  readonly isPartial: boolean;
}

// The library of plots is loaded with the first of them.
const SeriesChart = loadable(async () => (await import('./series-chart.tsx')).SeriesChart);

export function PlotCard(props: PlotCardProps) {
  const { plots, view, metric, state, isPartial } = props;
  const { t } = useTexts();
  const canvas = useRef<HTMLCanvasElement>(null);
  const { series, heat, bars, figures } = plots;
  const omitted = (series ?? bars)?.omitted ?? 0;
  const isChart = series !== null && (view === 'lines' || view === 'areas');
  const isZoomed = isChart && new URLSearchParams(window.location.search).has('from');
  return (
    <section className="card stack" aria-label={t('plot.title')}>
      {view !== 'figures' && (
        <div className="plot-head">
          <MetricSelect {...props} />
          <ViewButtons views={plots.views} view={view} onView={state.chooseView} />
          <span className="plot-actions">
            {isZoomed && (
              <button type="button" className="button small" onClick={() => state.zoomTo(series, null)}>
                {t('plot.reset')}
              </button>
            )}
            <SavePicture {...props} canvas={canvas} />
          </span>
        </div>
      )}
      {isChart && (
        <div className="chart-place">
          <SeriesChart
            plot={series}
            title={metric.name}
            isStacked={view === 'areas'}
            hidden={state.hidden}
            zoom={state.zoomOf(series)}
            onHide={state.toggle}
            onZoom={(zoom) => state.zoomTo(series, zoom)}
            onCanvas={(made) => {
              canvas.current = made;
            }}
          />
        </div>
      )}
      {view === 'heat' && heat !== null && <HeatTable plot={heat} title={metric.name} />}
      {view === 'bars' && bars !== null && <Bars plot={bars} />}
      {view === 'figures' && figures !== null && <Figures plot={figures} />}
      {omitted > 0 && <p className="hint">{t('plot.omitted', { count: omitted })}</p>}
      {isPartial && <p className="hint">{t('plot.partial')}</p>}
    </section>
  );
}

function MetricSelect({ metrics, metric, state }: PlotCardProps) {
  const { t, tag } = useTexts();
  const unit = unitText({ t, tag }, metric.unit);
  return (
    <label className="plot-metric">
      <span className="legend">{t('plot.metric')}</span>
      <select value={metric.name} onChange={({ target }) => state.chooseMetric(target.value)}>
        {metrics.map(({ name }) => (
          <option key={name}>{name}</option>
        ))}
      </select>
      {unit !== null && <span className="sub">{unit}</span>}
    </label>
  );
}

interface ViewButtonsProps {
  readonly views: readonly PlotView[];
  readonly view: PlotView;
  readonly onView: (view: PlotView) => void;
}

function ViewButtons({ views, view, onView }: ViewButtonsProps) {
  const { t } = useTexts();
  if (views.length < 2) return null;
  return (
    <ChoiceButtons
      label={t('plot.view')}
      choices={views.map((one) => [one, t(`plot.view.${one}`)])}
      chosen={view}
      onChoose={onView}
    />
  );
}
