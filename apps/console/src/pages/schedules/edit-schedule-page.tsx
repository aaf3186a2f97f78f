import type { DeliveryTargetBody, SavedReportView, ScheduleView } from '@hourglass/contract';
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
import { draftOf, targetOfShown } from '../../report/schedule-draft.ts';
import { useTexts } from '../../text/texts.tsx';
import { DeliveryFields, type DeliveryFieldsProps } from './delivery-fields.tsx';
import { ScheduleForm } from './schedule-form.tsx';
import { targetText } from './target-text.ts';

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
  // Null: those of the schedule stay, with their secrets.
  const [delivery, setDelivery] = useState<readonly DeliveryTargetBody[] | null>(null);
  const { change } = useScheduleWrites(place);
  const save = () => {
    const { displayName = null } = draft;
    const body = { ...draft, displayName, ...(delivery === null ? {} : { delivery: [...delivery] }) };
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
      <ChangedDelivery
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

interface ChangedDeliveryProps extends Pick<DeliveryFieldsProps, 'faults' | 'onChange'> {
  readonly present: ScheduleView['delivery'];
  readonly targets: readonly DeliveryTargetBody[] | null;
}

/** The targets of a schedule, which are replaced as a whole: their secrets are not shown. */
function ChangedDelivery({ present, targets, faults, onChange }: ChangedDeliveryProps) {
  const { t } = useTexts();
  if (present.length === 0 || targets !== null)
    return (
      <DeliveryFields
        targets={targets ?? []}
        faults={faults}
        hint={present.some(({ kind }) => kind !== 'email') ? t('delivery.again') : undefined}
        onChange={onChange}
      />
    );
  return (
    <fieldset className="card stack">
      <legend className="legend">{t('delivery.title')}</legend>
      <ul className="targets">
        {present.map((target, index) => (
          <li key={index}>{targetText(target, t)}</li>
        ))}
      </ul>
      <button
        type="button"
        className="button small start"
        onClick={() => onChange(present.map(targetOfShown))}
      >
        {t('delivery.change')}
      </button>
    </fieldset>
  );
}
