import type { HistoricalConsumptionDetails } from '@hourglass/contract';
import { useMemo, useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useRecords } from '../../api/records.ts';
import { SelectField } from '../../parts/controls.tsx';
import { DayRangeFields } from '../../parts/day-range-fields.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Notice } from '../../parts/notice.tsx';
import { viewOf } from '../../plot/prepare-plot.ts';
import {
  historyParameters,
  prepareLevelPlot,
  prepareLevelsPlot,
  rangeOfSamples,
  sizeNames,
  sizeOf,
  type CurrentLevel,
  type SizeLabels,
} from '../../records/consumption.ts';
import { dayIn, dayRangeOf, dayRangeText, withValues, type DayRange } from '../../records/days.ts';
import { useTexts, type Texts } from '../../text/texts.tsx';
import { PlotCard } from '../result/plot-card.tsx';
import { usePlotState } from '../result/use-plot-state.ts';

interface HistoryProps {
  readonly place: Place;
  readonly customer: string;
  readonly levels: readonly CurrentLevel[];
}

/** The value of the choice in the URL that stands for every service level. */
const everyLevel = 'all';

/** Consumption over time: the sizes of one service level, or one size of all of them. */
export function HistorySection({ place, customer, levels }: HistoryProps) {
  const { t } = useTexts();
  const [search] = useSearchParams();
  const [openedAtMs] = useState(Date.now);
  const range = dayRangeOf(search, rangeOfSamples(levels, dayIn('UTC', openedAtMs)));
  const asked = search.get('level');
  const [first] = levels.filter(({ time }) => time !== null);
  const level =
    asked === everyLevel
      ? null
      : ((levels.find(({ key }) => key === asked) ?? first ?? levels[0])?.key ?? null);
  const history = useRecords<HistoricalConsumptionDetails>(
    place,
    'historical-consumption-details',
    historyParameters(customer, range),
  );
  const { data, error } = history;
  return (
    <section className="stack" aria-labelledby="history">
      <h2 id="history">{t('consumption.history')}</h2>
      <HistoryFields levels={levels} level={level} range={range} />
      {error !== null && <Failure error={error} />}
      {error === null && data === undefined && <p className="hint">{t('result.loading')}</p>}
      {error === null && data !== undefined && <HistoryPlot history={data} level={level} range={range} />}
    </section>
  );
}

interface HistoryFieldsProps {
  readonly levels: readonly CurrentLevel[];
  /** Null: all. */
  readonly level: string | null;
  readonly range: DayRange;
}

function HistoryFields({ levels, level, range }: HistoryFieldsProps) {
  const { t } = useTexts();
  const [, setSearch] = useSearchParams();
  const set = (name: string, value: string) =>
    setSearch((current) => withValues(current, { [name]: value }), { replace: true });
  return (
    <div className="card item" role="group" aria-label={t('queries.filters')}>
      <SelectField
        label={t('consumption.level')}
        value={level ?? everyLevel}
        options={[[everyLevel, t('consumption.allLevels')], ...levels.map(({ key }) => [key, key] as const)]}
        onValue={(value) => set('level', value)}
      />
      <DayRangeFields range={range} onDay={set} />
    </div>
  );
}

interface HistoryPlotProps extends Pick<HistoryFieldsProps, 'level' | 'range'> {
  readonly history: HistoricalConsumptionDetails;
}

function HistoryPlot({ history, level, range }: HistoryPlotProps) {
  const { t, tag } = useTexts();
  const state = usePlotState();
  const size = sizeOf(state.metric);
  const { plots, metric, metrics } = useMemo(() => {
    const labels = sizeLabels(t);
    return level === null
      ? prepareLevelsPlot(history, size, labels)
      : prepareLevelPlot(history, level, { ...labels, size: t('consumption.size') });
  }, [history, level, size, t]);
  const view = viewOf(plots, state.view);
  if (view === null)
    return <Notice title={t('consumption.noSamples')}>{t('consumption.noSamplesNext')}</Notice>;
  const chooseMetric = (label: string) => {
    const labels = sizeLabels(t);
    const chosen = sizeNames.find((name) => labels[name] === label);
    if (chosen !== undefined) state.chooseMetric(chosen);
  };
  return (
    <PlotCard
      {...{ plots, view, metric, metrics }}
      state={{ ...state, chooseMetric }}
      name={level ?? t('consumption.allLevels')}
      rangeText={dayRangeText(range, 'UTC', tag)}
      isPartial={false}
    />
  );
}

function sizeLabels(t: Texts['t']): SizeLabels {
  return Object.fromEntries(sizeNames.map((name) => [name, t(`consumption.size.${name}`)])) as SizeLabels;
}
