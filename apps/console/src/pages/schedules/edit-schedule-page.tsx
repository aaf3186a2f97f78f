import type { SavedReportView, ScheduleView } from '@hourglass/contract';
import { useState } from 'react';
import { Link, useLocation } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { faultsIn } from '../../api/http.ts';
import { useSavedReports } from '../../api/saved-reports.ts';
import { useScheduleWrites, useSchedules } from '../../api/schedules.ts';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { Notice } from '../../parts/notice.tsx';
import { schedulesPath } from '../../parts/paths.ts';
import { draftOf, keptTargets } from '../../report/schedule-draft.ts';
import { useTexts } from '../../text/texts.tsx';
import { DeliveryFields } from './delivery-fields.tsx';
import { ScheduleForm } from './schedule-form.tsx';

/** The form of a schedule that exists. */
export function EditSchedulePage({ place, id }: { readonly place: Place; readonly id: string }) {
  const { t } = useTexts();
  const schedules = useSchedules(place);
  const reports = useSavedReports(place);
  const schedule = schedules.data?.find((each) => each.id === id);
  const error = schedules.data === undefined ? schedules.error : reports.error;
  return (
    <>
      <p className="back">
        <Link href={schedulesPath(place.environment)}>← {t('schedules.title')}</Link>
      </p>
      <div className="page-head">
        <PageTitle>{t('schedule.edit')}</PageTitle>
      </div>
      {error !== null && (schedule === undefined || reports.data === undefined) && <Failure error={error} />}
      {schedules.data !== undefined && schedule === undefined && (
        <Notice title={t('notFound.title')}>{t('schedules.gone')}</Notice>
      )}
      {schedule !== undefined && reports.data !== undefined && (
        <ChangedSchedule place={place} schedule={schedule} reports={reports.data} />
      )}
    </>
  );
}

interface ChangedScheduleProps {
  readonly place: Place;
  readonly schedule: ScheduleView;
  readonly reports: readonly SavedReportView[];
}

function ChangedSchedule({ place, schedule, reports }: ChangedScheduleProps) {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const [draft, setDraft] = useState(() => draftOf(schedule));
  const [delivery, setDelivery] = useState(() => keptTargets(schedule));
  const { change } = useScheduleWrites(place);
  const save = () => {
    const { displayName = null } = draft;
    const body = { ...draft, displayName, delivery: [...delivery] };
    change.mutate({ id: schedule.id, body }, { onSuccess: () => navigate(schedulesPath(place.environment)) });
  };
  return (
    <ScheduleForm
      reports={reports}
      draft={draft}
      write={change}
      action={t('save.replace')}
      onChange={setDraft}
      onSubmit={save}
    >
      <DeliveryFields
        present={schedule.delivery}
        targets={delivery}
        faults={faultsIn(change.error)}
        onChange={setDelivery}
      />
      <label className="check">
        <input
          type="checkbox"
          checked={!draft.enabled}
          onChange={({ target }) => setDraft({ ...draft, enabled: !target.checked })}
        />
        <span>{t('schedule.isPaused')}</span>
      </label>
    </ScheduleForm>
  );
}
