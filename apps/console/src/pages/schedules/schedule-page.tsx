import type { ScheduleRunView } from '@hourglass/contract';
import { Link } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useSavedReports } from '../../api/saved-reports.ts';
import { useScheduleRuns, useSchedules } from '../../api/schedules.ts';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { Notice } from '../../parts/notice.tsx';
import { queryPath, schedulesPath } from '../../parts/paths.ts';
import { useTexts } from '../../text/texts.tsx';
import { nameOf, ScheduleSummary } from './schedules-page.tsx';
import './schedules.css';

/** A schedule and what became of its due times. */
export function SchedulePage({ place, id }: { readonly place: Place; readonly id: string }) {
  const { t } = useTexts();
  const { data: schedules, error } = useSchedules(place);
  const { data: reports } = useSavedReports(place);
  const schedule = schedules?.find((each) => each.id === id);
  return (
    <>
      <p className="back">
        <Link href={schedulesPath(place.environment)}>← {t('schedules.title')}</Link>
      </p>
      <div className="page-head">
        <PageTitle>{t('schedules.history')}</PageTitle>
      </div>
      {error !== null && schedules === undefined && <Failure error={error} />}
      {schedules !== undefined && schedule === undefined && (
        <Notice title={t('notFound.title')}>{t('schedules.gone')}</Notice>
      )}
      {schedule !== undefined && (
        <>
          <section className="card schedule">
            <ScheduleSummary place={place} schedule={schedule} report={nameOf(schedule, reports)} />
          </section>
          <Runs place={place} id={id} timeZone={schedule.timeZone} />
        </>
      )}
    </>
  );
}

function Runs({
  place,
  id,
  timeZone,
}: {
  readonly place: Place;
  readonly id: string;
  readonly timeZone: string;
}) {
  const { t } = useTexts();
  const pages = useScheduleRuns(place, id);
  const { data, error } = pages;
  const runs = data?.pages.flatMap((page) => page.runs);
  if (error !== null && data === undefined) return <Failure error={error} />;
  if (runs?.length === 0) return <Notice title={t('runs.none')}>{t('runs.noneNext')}</Notice>;
  return (
    <>
      <RunTable runs={runs ?? []} timeZone={timeZone} environment={place.environment} />
      <MoreButton pages={pages} label={t('runs.more')} />
    </>
  );
}

interface RunTableProps {
  readonly runs: readonly ScheduleRunView[];
  readonly timeZone: string;
  readonly environment: string;
}

function RunTable({ runs, timeZone, environment }: RunTableProps) {
  const { t, tag } = useTexts();
  const format = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone });
  return (
    <table className="list runs">
      <thead>
        <tr>
          <th scope="col">{t('runs.due')}</th>
          <th scope="col">{t('queries.state')}</th>
          <th scope="col">{t('runs.deliveries')}</th>
          <th scope="col">{t('runs.query')}</th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <Run key={run.due} run={run} due={format.format(new Date(run.due))} environment={environment} />
        ))}
      </tbody>
    </table>
  );
}

interface RunProps {
  readonly run: ScheduleRunView;
  readonly due: string;
  readonly environment: string;
}

function Run({ run: { state, reason, query, rows, dueTimes, deliveries = [] }, due, environment }: RunProps) {
  const { t, tApi, tag } = useTexts();
  const number = new Intl.NumberFormat(tag);
  return (
    <tr>
      <th scope="row" className="list-title">
        {due}
        {dueTimes !== undefined && <span className="sub">{t('runs.missed', { count: dueTimes })}</span>}
      </th>
      <td data-label={t('queries.state')}>
        {t(`run.${state}`)}
        {reason !== undefined && <span className="reason">{tApi(reason)}</span>}
        {rows !== undefined && (
          <span className="sub">{t('queries.rows', { count: rows, shown: number.format(rows) })}</span>
        )}
      </td>
      <td data-label={t('runs.deliveries')}>
        {deliveries.length === 0
          ? '—'
          : deliveries.map((delivery) => (
              <span
                key={delivery.id}
                className={delivery.failure === null ? 'delivered' : 'delivered reason'}
              >
                {`${t(`delivery.${delivery.kind}`)}: ${t(`deliveryState.${delivery.state}`)}`}
                {delivery.failure !== null && ` · ${delivery.failure}`}
              </span>
            ))}
      </td>
      <td data-label={t('runs.query')}>
        {query === undefined ? '—' : <Link href={queryPath(environment, query)}>{t('runs.open')}</Link>}
      </td>
    </tr>
  );
}
