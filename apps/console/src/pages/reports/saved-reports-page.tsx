import type { SavedReportView, SessionView } from '@hourglass/contract';
import { useRef, useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { idOf } from '../../api/query-events.ts';
import { useFields } from '../../api/schema.ts';
import { useDeleteReport, useRunReport, useSavedReports } from '../../api/saved-reports.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { newReportPath, newSchedulePath, queryPath } from '../../parts/paths.ts';
import { ShareButton } from '../../parts/share/share-button.tsx';
import { useSearchShortcut } from '../../parts/shortcuts.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { bodyOfSaved, columnsText, lacksRange } from '../../report/saved-report.ts';
import { textOf } from '../../report/shape.ts';
import { useTexts } from '../../text/texts.tsx';
import { NoSavedReports } from './no-saved-reports.tsx';
import './reports.css';

export interface SavedReportsPageProps {
  readonly place: Place;
  readonly session: SessionView;
}

/** The saved reports of the organization, to run, change, schedule and delete. */
export function SavedReportsPage({ place, session }: SavedReportsPageProps) {
  const { t } = useTexts();
  const { data: reports, error } = useSavedReports(place);
  const [search, setSearch] = useState('');
  const wanted = search.normalize('NFKC').toLowerCase();
  const found = reports?.filter((report) => titleOf(report).normalize('NFKC').toLowerCase().includes(wanted));
  const maySubmit = session.scopes.includes('submit');
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('saved.title')}</PageTitle>
        {maySubmit && (
          <Link className="button primary" href={newReportPath(place.environment)}>
            {t('queries.new')}
          </Link>
        )}
      </div>
      {error !== null && reports === undefined && <Failure error={error} />}
      {reports?.length === 0 && <NoSavedReports place={place} />}
      {reports !== undefined && reports.length > 0 && <Search value={search} onChange={setSearch} />}
      {found !== undefined && found.length > 0 && (
        <ul className="saved">
          {found.map((report) => (
            <Report key={report.name} place={place} report={report} maySubmit={maySubmit} />
          ))}
        </ul>
      )}
      {found?.length === 0 && reports?.length !== 0 && <p className="hint">{t('choice.none')}</p>}
    </>
  );
}

function Search({ value, onChange }: { readonly value: string; readonly onChange: (value: string) => void }) {
  const { t } = useTexts();
  const search = useRef<HTMLInputElement>(null);
  // Letters on the way to a character match nothing, so the list waits for the end of the composition.
  const [typed, setTyped] = useState(value);
  useSearchShortcut(search);
  return (
    <input
      ref={search}
      type="search"
      className="saved-search"
      aria-label={t('saved.search')}
      placeholder={t('saved.search')}
      value={typed}
      onChange={({ target, nativeEvent }) => {
        setTyped(target.value);
        if (!(nativeEvent as InputEvent).isComposing) onChange(target.value);
      }}
      onCompositionEnd={({ currentTarget }) => onChange(currentTarget.value)}
    />
  );
}

function titleOf({ displayName, name }: SavedReportView): string {
  return displayName ?? name;
}

interface ReportProps {
  readonly place: Place;
  readonly report: SavedReportView;
  readonly maySubmit: boolean;
}

function Report({ place, report, maySubmit }: ReportProps) {
  const { t } = useTexts();
  const date = useDates();
  const { lastRunAt, environment } = report;
  const ran = lastRunAt === undefined ? null : new Date(Number(lastRunAt)).toISOString();
  return (
    <li className="card saved-report">
      <div className="saved-text">
        <h2>{titleOf(report)}</h2>
        <p className="sub">{columnsText(report)}</p>
        <p className="sub">
          {ran === null ? t('saved.neverRan') : t('saved.lastRun', { time: date(ran) })}
          {environment !== undefined && ` · ${environment}`}
        </p>
      </div>
      {maySubmit && <Actions place={place} report={report} />}
    </li>
  );
}

function Actions({ place, report }: Omit<ReportProps, 'maySubmit'>) {
  const { t } = useTexts();
  const remove = useDeleteReport(place);
  const title = titleOf(report);
  const body = bodyOfSaved(report);
  const { name } = report;
  return (
    <div className="buttons">
      <RunButton place={place} report={report} />
      {body !== null && (
        <Link
          className="button small"
          aria-label={t('saved.editOf', { title })}
          href={`${newReportPath(place.environment)}?${new URLSearchParams({ report: JSON.stringify(body), saved: name })}`}
        >
          {t('saved.edit')}
        </Link>
      )}
      <Link
        className="button small"
        aria-label={t('saved.scheduleOf', { title })}
        href={`${newSchedulePath(place.environment)}?${new URLSearchParams({ report: name })}`}
      >
        {t('saved.schedule')}
      </Link>
      <ShareReport place={place} report={report} />
      <ConfirmButton
        label={t('saved.delete')}
        labelOf={t('saved.deleteOf', { title })}
        title={t('saved.deleteTitle')}
        text={t('saved.deleteText', { title })}
        onConfirm={() => remove.mutateAsync(name)}
      />
    </div>
  );
}

/** Readers run the report as it is, so it needs a range of its own. */
function ShareReport({ place, report }: Omit<ReportProps, 'maySubmit'>) {
  const { t } = useTexts();
  const { name, query } = report;
  const fields = useFields(place, textOf(query?.dataset) || 'api');
  const title = titleOf(report);
  if (lacksRange(report)) return null;
  return (
    <ShareButton
      place={place}
      thing={{ kind: 'report', name, fields: [...(fields?.dimensions ?? []), ...(fields?.metrics ?? [])] }}
      name={title}
      labelOf={t('saved.shareOf', { title })}
    />
  );
}

/** A report without a range takes the first one of the form. */
function RunButton({ place, report }: Omit<ReportProps, 'maySubmit'>) {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const run = useRunReport(place);
  const body = lacksRange(report) ? { timeRange: 'last24hours' } : {};
  return (
    <>
      <button
        type="button"
        className="button small primary"
        disabled={run.isPending}
        aria-label={t('saved.runOf', { title: titleOf(report) })}
        onClick={() =>
          run.mutate(
            { name: report.name, body },
            { onSuccess: (query) => navigate(queryPath(place.environment, idOf(query))) },
          )
        }
      >
        {t('saved.run')}
      </button>
      {run.error !== null && <Failure error={run.error} />}
    </>
  );
}
