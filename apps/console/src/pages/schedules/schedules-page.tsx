import type { SavedReportView, ScheduleView, SessionView } from '@hourglass/contract';
import { Link, useLocation } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { idOf } from '../../api/query-events.ts';
import { useSavedReports } from '../../api/saved-reports.ts';
import { useScheduleWrites, useSchedules } from '../../api/schedules.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { Notice } from '../../parts/notice.tsx';
import { editSchedulePath, newSchedulePath, queryPath, schedulePath } from '../../parts/paths.ts';
import { useTexts } from '../../text/texts.tsx';
import { cronWords } from './cron-words.ts';
import './schedules.css';

export interface SchedulesPageProps {
  readonly place: Place;
  readonly session: SessionView;
}

/** The schedules of an environment: when each runs next, and what stopped it. */
export function SchedulesPage({ place, session }: SchedulesPageProps) {
  const { t } = useTexts();
  const { data: schedules, error } = useSchedules(place);
  const { data: reports } = useSavedReports(place);
  const maySubmit = session.scopes.includes('submit');
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('schedules.title')}</PageTitle>
        {maySubmit && (
          <Link className="button primary" href={newSchedulePath(place.environment)}>
            {t('schedule.new')}
          </Link>
        )}
      </div>
      {error !== null && schedules === undefined && <Failure error={error} />}
      {schedules?.length === 0 && (
        <Notice
          title={t('schedules.none')}
          command={`hourglass schedules create --org ${place.organization} --env ${place.environment} --cron '0 6 * * *' REPORT`}
        >
          {t('schedules.noneNext')}
        </Notice>
      )}
      <ul className="schedules">
        {schedules?.map((schedule) => (
          <li key={schedule.id} className="card schedule">
            <ScheduleSummary place={place} schedule={schedule} report={nameOf(schedule, reports)} />
            {maySubmit && <Actions place={place} schedule={schedule} report={nameOf(schedule, reports)} />}
          </li>
        ))}
      </ul>
    </>
  );
}

/** The name of the report of a schedule for people; null: it has none, or was deleted. */
export function nameOf({ report }: ScheduleView, reports: readonly SavedReportView[] = []): string | null {
  return reports.find(({ name }) => name === report)?.displayName ?? null;
}

function stateKey({ enabled, stopped }: ScheduleView) {
  if (stopped !== undefined) return `schedules.${stopped}` as const;
  return enabled ? 'schedules.active' : 'schedules.paused';
}

interface SummaryProps {
  readonly place: Place;
  readonly schedule: ScheduleView;
  /** Null: unknown, or deleted. */
  readonly report: string | null;
}

/** A schedule in words, with its next three due times. */
export function ScheduleSummary({ place, schedule, report }: SummaryProps) {
  const texts = useTexts();
  const { t, tag } = texts;
  const { cron, timeZone, nextDueTimes, delivery, endsWithToken } = schedule;
  const due = new Intl.DateTimeFormat(tag, {
    ...{ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
    timeZone,
  });
  return (
    <div className="schedule-text">
      <h2>
        <Link href={schedulePath(place.environment, schedule.id)}>{titleOf(schedule, report)}</Link>
      </h2>
      <p>
        {cronWords(cron, texts) ?? <code>{cron}</code>} <span className="sub-inline">({timeZone})</span>
      </p>
      <p className={schedule.stopped === undefined ? 'sub' : 'reason'}>{t(stateKey(schedule))}</p>
      {nextDueTimes.length > 0 && (
        <p className="sub">
          {t('schedules.next', { times: nextDueTimes.map((time) => due.format(new Date(time))).join(' · ') })}
        </p>
      )}
      {delivery.length > 0 && (
        <p className="sub">
          {t('schedules.delivers', { kinds: delivery.map(({ kind }) => t(`delivery.${kind}`)).join(', ') })}
        </p>
      )}
      {endsWithToken !== undefined && (
        <p className="sub">{t('schedules.ends', { time: due.format(new Date(endsWithToken)) })}</p>
      )}
    </div>
  );
}

function titleOf({ displayName, report }: ScheduleView, reportName: string | null): string {
  return displayName ?? reportName ?? report;
}

function Actions({ place, schedule, report }: SummaryProps) {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const { change, remove, run } = useScheduleWrites(place);
  const { id, enabled } = schedule;
  const title = titleOf(schedule, report);
  const error = change.error ?? run.error;
  return (
    <>
      <div className="buttons">
        <button
          type="button"
          className="button small"
          disabled={change.isPending}
          aria-label={t(enabled ? 'schedules.pauseOf' : 'schedules.resumeOf', { title })}
          onClick={() => change.mutate({ id, body: { enabled: !enabled } })}
        >
          {t(enabled ? 'schedules.pause' : 'schedules.resume')}
        </button>
        <button
          type="button"
          className="button small"
          disabled={run.isPending}
          aria-label={t('schedules.runOf', { title })}
          onClick={() =>
            run.mutate(id, { onSuccess: (query) => navigate(queryPath(place.environment, idOf(query))) })
          }
        >
          {t('schedules.run')}
        </button>
        <Link
          className="button small"
          aria-label={t('saved.editOf', { title })}
          href={editSchedulePath(place.environment, id)}
        >
          {t('saved.edit')}
        </Link>
        <ConfirmButton
          label={t('saved.delete')}
          labelOf={t('saved.deleteOf', { title })}
          title={t('schedules.deleteTitle')}
          text={t('schedules.deleteText', { title })}
          onConfirm={() => remove.mutateAsync(id)}
        />
      </div>
      {error !== null && <Failure error={error} />}
    </>
  );
}
