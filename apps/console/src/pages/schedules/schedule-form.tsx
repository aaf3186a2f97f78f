import type { SavedReportView } from '@hourglass/contract';
import type { ReactNode } from 'react';
import { faultsIn } from '../../api/http.ts';
import { InputField, SelectField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { FieldErrors } from '../../parts/field.tsx';
import { faultsOf, type FieldFault } from '../../report/faults.ts';
import { rangeOf, withRange, withZone, type ScheduleDraft } from '../../report/schedule-draft.ts';
import { lacksRange } from '../../report/saved-report.ts';
import { relativeRanges } from '../../report/time-range.ts';
import { withText } from '../../report/text-members.ts';
import { useTexts } from '../../text/texts.tsx';
import { ZoneChoice } from '../new-report/zone-choice.tsx';
import { CronFields } from './cron-fields.tsx';
import './schedules.css';

interface ScheduleFormProps {
  readonly reports: readonly SavedReportView[];
  readonly draft: ScheduleDraft;
  readonly write: { readonly error: Error | null; readonly isPending: boolean };
  /** Label of the button that writes. */
  readonly action: string;
  readonly onChange: (draft: ScheduleDraft) => void;
  readonly onSubmit: () => void;
  /** Where results go. */
  readonly children: ReactNode;
}

/** The fields of a schedule, new or changed. */
export function ScheduleForm({
  reports,
  draft,
  write,
  action,
  onChange,
  onSubmit,
  children,
}: ScheduleFormProps) {
  const { t } = useTexts();
  const faults = faultsIn(write.error);
  return (
    <form
      className="stack schedule-form"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      <ReportFields reports={reports} draft={draft} faults={faults} onChange={onChange} />
      <DueFields draft={draft} faults={faults} onChange={onChange} />
      {children}
      {write.error !== null && faults.length === 0 && <Failure error={write.error} />}
      {faults.length > 0 && <p role="alert">{t('estimate.faulty', { count: faults.length })}</p>}
      <button className="button primary" type="submit" disabled={write.isPending}>
        {action}
      </button>
    </form>
  );
}

interface PartProps {
  readonly draft: ScheduleDraft;
  readonly faults: readonly FieldFault[];
  readonly onChange: (draft: ScheduleDraft) => void;
}

type Option = readonly [value: string, label: string];

function ReportFields({ reports, draft, faults, onChange }: PartProps & Pick<ScheduleFormProps, 'reports'>) {
  const { t } = useTexts();
  const report = reports.find(({ name }) => name === draft.report);
  const deleted: readonly Option[] =
    report === undefined ? [[draft.report, t('schedule.deletedReport')]] : [];
  return (
    <fieldset className="card stack">
      <legend className="legend">{t('schedule.what')}</legend>
      <SelectField
        label={t('schedule.report')}
        value={draft.report}
        options={[...deleted, ...reports.map(({ name, displayName = name }) => [name, displayName] as const)]}
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
          value={rangeOf(draft)}
          options={useRangeOptions(draft, report)}
          errors={faultsOf(faults, 'overrides')}
          onValue={(range) => onChange(withRange(draft, range))}
        />
      </div>
      <FieldErrors id="query-errors" errors={faultsOf(faults, 'query')} />
    </fieldset>
  );
}

/** That of the report if it has one, an absolute one that the schedule has, and the relative ones. */
function useRangeOptions(draft: ScheduleDraft, report: SavedReportView | undefined): readonly Option[] {
  const { t } = useTexts();
  const range = rangeOf(draft);
  const relative = relativeRanges.map((name): Option => [name, t(`range.${name}`)]);
  const isListed = range === '' || relative.some(([name]) => name === range);
  return [
    ...(report !== undefined && lacksRange(report) ? [] : [['', t('schedule.ownRange')] as const]),
    ...(isListed ? [] : [[range, range] as const]),
    ...relative,
  ];
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
