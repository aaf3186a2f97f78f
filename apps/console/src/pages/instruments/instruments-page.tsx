import type { Dashboard, InstrumentList } from '@hourglass/contract';
import { useState } from 'react';
import { useSearchParams } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useInstruments, useRecords } from '../../api/records.ts';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { Notice } from '../../parts/notice.tsx';
import { dayIn, dayRangeOf, dayRangeText, rangeUntil } from '../../records/days.ts';
import { importCommand } from '../../records/import-command.ts';
import {
  chosenInstruments,
  dashboardParameters,
  figureNames,
  isWithoutRecords,
  prepareInstrumentRows,
  prepareTotals,
  type FigureLabels,
  type InstrumentSearch,
} from '../../records/instruments.ts';
import { useTexts, type Texts } from '../../text/texts.tsx';
import { Figures } from '../result/figures.tsx';
import '../result/result.css';
import { InstrumentChart } from './instrument-chart.tsx';
import { InstrumentFields } from './instrument-fields.tsx';
import { InstrumentTable } from './instrument-table.tsx';
import './instruments.css';

/** The figures of instruments over days or months; the URL has the instruments and the range. */
export function InstrumentsPage({ place }: { readonly place: Place }) {
  const { t } = useTexts();
  const { data, error } = useInstruments(place);
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('instruments.title')}</PageTitle>
      </div>
      {error !== null && data === undefined && <Failure error={error} />}
      {data?.instruments.length === 0 && (
        <Notice title={t('instruments.none')} command={importCommand(place, 'instruments.uses', 'uses.csv')}>
          {t('instruments.noneNext')}
        </Notice>
      )}
      {data !== undefined && data.instruments.length > 0 && <Statistics place={place} list={data} />}
    </>
  );
}

const defaultDays = 30;

function Statistics({ place, list }: { readonly place: Place; readonly list: InstrumentList }) {
  const { t, tag } = useTexts();
  const [search] = useSearchParams();
  const { instruments, timeZone } = list;
  const [openedAtMs] = useState(Date.now);
  const lastDays = rangeUntil(dayIn(timeZone, openedAtMs), defaultDays);
  const asked: InstrumentSearch = {
    ...chosenInstruments(search, instruments),
    ...dayRangeOf(search, lastDays),
  };
  const { data, error } = useRecords<Dashboard>(place, 'dashboard', dashboardParameters(asked));
  const labels = figureLabels(t);
  const totals = data && prepareTotals(data, labels);
  return (
    <div className="stack">
      <InstrumentFields asked={asked} list={list} />
      <p className="hint range-line">{dayRangeText(asked, timeZone, tag)}</p>
      {error !== null && <Failure error={error} />}
      {error === null && totals && isWithoutRecords(totals) && (
        <Notice title={t('instruments.nothing')}>{t('instruments.nothingNext')}</Notice>
      )}
      {error === null && data && totals && !isWithoutRecords(totals) && (
        <>
          <section className="card instrument-totals" aria-label={t('instruments.totals')}>
            <Figures plot={totals} />
          </section>
          <InstrumentChart place={place} asked={asked} list={list} labels={labels} />
          <InstrumentTable rows={prepareInstrumentRows(data, asked.chosen, instruments)} labels={labels} />
        </>
      )}
    </div>
  );
}

function figureLabels(t: Texts['t']): FigureLabels {
  return Object.fromEntries(
    figureNames.map((name) => [name, t(`instruments.figure.${name}`)]),
  ) as FigureLabels;
}
