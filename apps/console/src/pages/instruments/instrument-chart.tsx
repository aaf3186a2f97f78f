import type { Charts, InstrumentList } from '@hourglass/contract';
import { useQueries } from '@tanstack/react-query';
import type { Place } from '../../api/environments.ts';
import { recordsQuery } from '../../api/records.ts';
import { Failure } from '../../parts/failure.tsx';
import { viewOf } from '../../plot/prepare-plot.ts';
import { dayRangeText } from '../../records/days.ts';
import {
  chartedFigureOf,
  chartedFigures,
  chartLines,
  chartParameters,
  columnOf,
  prepareInstrumentPlots,
  type FigureLabels,
  type InstrumentSearch,
} from '../../records/instruments.ts';
import { useTexts } from '../../text/texts.tsx';
import { PlotCard } from '../result/plot-card.tsx';
import { usePlotState } from '../result/use-plot-state.ts';

interface InstrumentChartProps {
  readonly place: Place;
  readonly asked: InstrumentSearch;
  readonly list: InstrumentList;
  readonly labels: FigureLabels;
}

/** One figure over time, a line for each instrument. */
export function InstrumentChart({ place, asked, list, labels }: InstrumentChartProps) {
  const { t, tag } = useTexts();
  const state = usePlotState();
  const figure = chartedFigureOf(state.metric);
  const together = t('instruments.together', { count: asked.chosen.length });
  const lines = chartLines(asked.chosen, list.instruments, together);
  const answers = useQueries({
    queries: lines.map((line) => recordsQuery<Charts>(place, 'charts', chartParameters(line, figure, asked))),
  });
  const failed = answers.find(({ error }) => error !== null);
  if (failed !== undefined) return <Failure error={failed.error} />;
  const charts = lines.flatMap((line, index) => {
    const chart = answers[index]?.data;
    return chart === undefined ? [] : [[line, chart] as const];
  });
  if (charts.length < lines.length) return <p className="hint">{t('result.loading')}</p>;
  const { plots, metric } = prepareInstrumentPlots(figure, charts, labels);
  const view = viewOf(plots, state.view);
  // All values are zero.
  if (view === null) return null;
  const chooseMetric = (label: string) => {
    const chosen = chartedFigures.find((name) => labels[name] === label);
    if (chosen !== undefined) state.chooseMetric(chosen);
  };
  return (
    <PlotCard
      {...{ plots, view, metric }}
      metrics={chartedFigures.map((name) => columnOf(name, labels))}
      state={{ ...state, chooseMetric }}
      name={t('instruments.title')}
      rangeText={dayRangeText(asked, list.timeZone, tag)}
      isPartial={false}
    />
  );
}
