import type { DeliveryTargetBody, SavedReportView } from '@hourglass/contract';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { faultsIn } from '../../api/http.ts';
import { useSavedReports } from '../../api/saved-reports.ts';
import { useScheduleWrites } from '../../api/schedules.ts';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { schedulesPath } from '../../parts/paths.ts';
import { firstDraft } from '../../report/schedule-draft.ts';
import { useTexts } from '../../text/texts.tsx';
import { NoSavedReports } from '../reports/no-saved-reports.tsx';
import { DeliveryFields } from './delivery-fields.tsx';
import { ScheduleForm } from './schedule-form.tsx';

/** The form of a schedule of a saved report. */
export function NewSchedulePage({ place }: { readonly place: Place }) {
  const { t } = useTexts();
  const [search] = useSearchParams();
  const { data: reports, error } = useSavedReports(place);
  const chosen = reports?.find(({ name }) => name === search.get('report')) ?? reports?.[0];
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('schedule.new')}</PageTitle>
      </div>
      {error !== null && reports === undefined && <Failure error={error} />}
      {reports?.length === 0 && <NoSavedReports place={place} />}
      {reports !== undefined && chosen !== undefined && (
        <NewSchedule place={place} reports={reports} chosen={chosen} />
      )}
    </>
  );
}

interface NewScheduleProps {
  readonly place: Place;
  readonly reports: readonly SavedReportView[];
  readonly chosen: SavedReportView;
}

function NewSchedule({ place, reports, chosen }: NewScheduleProps) {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const [draft, setDraft] = useState(() =>
    firstDraft(chosen, new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'),
  );
  const [delivery, setDelivery] = useState<readonly DeliveryTargetBody[]>([]);
  const { create } = useScheduleWrites(place);
  return (
    <ScheduleForm
      reports={reports}
      draft={draft}
      write={create}
      action={t('schedule.create')}
      onChange={setDraft}
      onSubmit={() =>
        create.mutate({ ...draft, delivery }, { onSuccess: () => navigate(schedulesPath(place.environment)) })
      }
    >
      <DeliveryFields
        targets={delivery}
        faults={faultsIn(create.error)}
        // A new schedule has no target to keep.
        onChange={(targets) => setDelivery(targets.filter((target) => target.kind !== 'kept'))}
      />
    </ScheduleForm>
  );
}
