import { useState } from 'react';
import { InputField, SelectField } from '../../parts/controls.tsx';
import { Field } from '../../parts/field.tsx';
import { NumberInput } from '../../parts/number-input.tsx';
import { cronKinds, cronOf, cronPlanOf, firstPlan, type CronPlan } from '../../report/cron.ts';
import { useTexts } from '../../text/texts.tsx';
import { weekdayNames } from './weekday-names.ts';

const monthDays = [...Array.from({ length: 28 }, (_, index) => String(index + 1)), 'L'];

/** Due times in words, and the cron that they make. */
export function CronFields({
  cron,
  errors,
  onChange,
}: {
  readonly cron: string;
  readonly errors: readonly string[];
  readonly onChange: (cron: string) => void;
}) {
  const { t } = useTexts();
  const [kind, setKind] = useState<CronPlan['kind']>(() => cronPlanOf(cron).kind);
  const read = cronPlanOf(cron);
  // A cron that is typed may have words by chance, and stays a text.
  const plan: CronPlan = kind === 'custom' || read.kind !== kind ? { kind: 'custom', cron } : read;
  const choose = (name: string) => {
    const chosen = cronKinds.find((each) => each === name) ?? 'custom';
    setKind(chosen);
    onChange(cronOf(firstPlan(chosen, cron)));
  };
  return (
    <>
      <div className="pair">
        <SelectField
          label={t('schedule.repeat')}
          value={plan.kind}
          options={cronKinds.map((name) => [name, t(`cron.${name}`)])}
          onValue={choose}
        />
        <PlanFields plan={plan} onChange={(changed) => onChange(cronOf(changed))} />
      </div>
      <InputField
        label={t('schedule.cron')}
        hint={t('schedule.cronHint')}
        errors={errors}
        className="code"
        value={cron}
        onValue={(text) => {
          setKind('custom');
          onChange(text);
        }}
      />
    </>
  );
}

function PlanFields({
  plan,
  onChange,
}: {
  readonly plan: CronPlan;
  readonly onChange: (plan: CronPlan) => void;
}) {
  const { t, tag } = useTexts();
  return (
    <>
      {plan.kind === 'hourly' && (
        <MinuteField minute={plan.minute} onChange={(minute) => onChange({ ...plan, minute })} />
      )}
      {plan.kind === 'weekly' && (
        <SelectField
          label={t('schedule.day')}
          value={String(plan.day)}
          options={weekdayNames(tag).map((name, day) => [String(day), name])}
          onValue={(day) => onChange({ ...plan, day: Number(day) })}
        />
      )}
      {plan.kind === 'monthly' && (
        <SelectField
          label={t('schedule.monthDay')}
          value={plan.day}
          options={monthDays.map((day) => [day, day === 'L' ? t('schedule.lastDay') : day])}
          onValue={(day) => onChange({ ...plan, day })}
        />
      )}
      {'time' in plan && (
        <InputField
          label={t('schedule.time')}
          type="time"
          required
          value={plan.time}
          onValue={(time) => {
            if (time !== '') onChange({ ...plan, time });
          }}
        />
      )}
    </>
  );
}

function MinuteField({
  minute,
  onChange,
}: {
  readonly minute: number;
  readonly onChange: (minute: number) => void;
}) {
  const { t } = useTexts();
  return (
    <Field label={t('schedule.minute')}>
      {(control) => (
        <NumberInput
          {...control}
          isWhole
          value={minute}
          onChange={(typed) => onChange(Math.min(59, Math.max(0, typed ?? 0)))}
        />
      )}
    </Field>
  );
}
