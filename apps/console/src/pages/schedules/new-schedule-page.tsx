import type { SavedReportView } from '@hourglass/contract';
import { useState } from 'react';
import { useLocation, useSearchParams } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { ApiError } from '../../api/http.ts';
import { useSavedReports } from '../../api/saved-reports.ts';
import { useScheduleWrites } from '../../api/schedules.ts';
import { InputField, SelectField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { FieldErrors } from '../../parts/field.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { Notice } from '../../parts/notice.tsx';
import { schedulesPath } from '../../parts/paths.ts';
import { faultsOf, type FieldFault } from '../../report/faults.ts';
import { firstDraft, withRange, withZone, type ScheduleDraft } from '../../report/schedule-draft.ts';
import { lacksRange } from '../../report/saved-report.ts';
import { relativeRanges } from '../../report/time-range.ts';
import { withText } from '../../parts/text-members.ts';
import { useTexts } from '../../text/texts.tsx';
import { ZoneChoice } from '../new-report/zone-choice.tsx';
import { CronFields } from './cron-fields.tsx';
import { DeliveryFields } from './delivery-fields.tsx';
import './schedules.css';

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
      {reports?.length === 0 && <Notice title={t('saved.none')}>{t('saved.noneNext')}</Notice>}
      {reports !== undefined && chosen !== undefined && (
        <ScheduleForm place={place} reports={reports} chosen={chosen} />
      )}
    </>
  );
}

interface ScheduleFormProps {
  readonly place: Place;
  readonly reports: readonly SavedReportView[];
  readonly chosen: SavedReportView;
}

function ScheduleForm({ place, reports, chosen }: ScheduleFormProps) {
  const { t } = useTexts();
  const [, navigate] = useLocation();
  const [draft, setDraft] = useState(() =>
    firstDraft(chosen, new Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'),
  );
  const { create } = useScheduleWrites(place);
  const faults = create.error instanceof ApiError ? create.error.faults : [];
  const report = reports.find(({ name }) => name === draft.report) ?? chosen;
  return (
    <form
      className="stack schedule-form"
      onSubmit={(event) => {
        event.preventDefault();
        create.mutate(draft, { onSuccess: () => navigate(schedulesPath(place.environment)) });
      }}
    >
      <ReportFields reports={reports} draft={draft} report={report} faults={faults} onChange={setDraft} />
      <DueFields draft={draft} faults={faults} onChange={setDraft} />
      <DeliveryFields
        targets={draft.delivery}
        faults={faults}
        onChange={(delivery) => setDraft({ ...draft, delivery })}
      />
      {create.error !== null && faults.length === 0 && <Failure error={create.error} />}
      {faults.length > 0 && <p role="alert">{t('estimate.faulty', { count: faults.length })}</p>}
      <button className="button primary" type="submit" disabled={create.isPending}>
        {t('schedule.create')}
      </button>
    </form>
  );
}

interface PartProps {
  readonly draft: ScheduleDraft;
  readonly faults: readonly FieldFault[];
  readonly onChange: (draft: ScheduleDraft) => void;
}

function ReportFields({
  reports,
  report,
  draft,
  faults,
  onChange,
}: PartProps & Pick<ScheduleFormProps, 'reports'> & { readonly report: SavedReportView }) {
  const { t } = useTexts();
  const ofReport: readonly (readonly [string, string])[] = lacksRange(report)
    ? []
    : [['', t('schedule.ownRange')]];
  return (
    <fieldset className="card stack">
      <legend className="legend">{t('schedule.what')}</legend>
      <SelectField
        label={t('schedule.report')}
        value={draft.report}
        options={reports.map(({ name, displayName }) => [name, displayName ?? name])}
        errors={faultsOf(faults, 'report')}
        onValue={(name) => onChange({ ...draft, report: name })}
      />
      <div className="pair">
        <InputField
          label={t('schedule.name')}
          hint={t('schedule.nameHint')}
          errors={faultsOf(faults, 'displayName')}
          value={draft.displayName ?? ''}
          onValue={(name) => onChange(withText(draft, 'displayName', name))}
        />
        <SelectField
          label={t('schedule.range')}
          hint={t('schedule.rangeHint')}
          value={draft.overrides.timeRange ?? ''}
          options={[...ofReport, ...relativeRanges.map((name) => [name, t(`range.${name}`)] as const)]}
          errors={faultsOf(faults, 'overrides')}
          onValue={(range) => onChange(withRange(draft, range))}
        />
      </div>
      <FieldErrors id="query-errors" errors={faultsOf(faults, 'query')} />
    </fieldset>
  );
}

const catchUps = ['latest', 'all', 'skip'] as const;

function DueFields({ draft, faults, onChange }: PartProps) {
  const { t } = useTexts();
  return (
    <fieldset className="card stack">
      <legend className="legend">{t('schedule.when')}</legend>
      <CronFields
        cron={draft.cron}
        errors={faultsOf(faults, 'cron')}
        onChange={(cron) => onChange({ ...draft, cron })}
      />
      <ZoneChoice
        hint={t('schedule.zoneHint')}
        errors={faultsOf(faults, 'timeZone')}
        value={draft.timeZone}
        onChange={(zone) => onChange(withZone(draft, zone))}
      />
      <SelectField
        label={t('schedule.catchUp')}
        value={draft.catchUp}
        options={catchUps.map((name) => [name, t(`catchUp.${name}`)])}
        onValue={(value) =>
          onChange({ ...draft, catchUp: catchUps.find((name) => name === value) ?? 'latest' })
        }
      />
      <label className="check">
        <input
          type="checkbox"
          checked={draft.skipIfEmpty}
          onChange={({ target }) => onChange({ ...draft, skipIfEmpty: target.checked })}
        />
        <span>{t('schedule.skipIfEmpty')}</span>
      </label>
    </fieldset>
  );
}
