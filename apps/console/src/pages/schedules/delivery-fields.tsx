import type { DeliveryTargetBody, ScheduleTargetView } from '@hourglass/contract';
import { useState } from 'react';
import { FieldErrors } from '../../parts/field.tsx';
import { InputField, SelectField } from '../../parts/controls.tsx';
import { withText } from '../../report/text-members.ts';
import { faultsOf, type FieldFault } from '../../report/faults.ts';
import { deliveryKinds } from '../../report/delivery-kinds.ts';
import { withItem } from '../../report/report-body.ts';
import { firstTarget, targetOfShown, type EditedTarget } from '../../report/schedule-draft.ts';
import { useTexts } from '../../text/texts.tsx';
import { targetText } from './target-text.ts';

export interface DeliveryFieldsProps {
  /** Targets that the schedule has. */
  readonly present?: readonly ScheduleTargetView[];
  readonly targets: readonly EditedTarget[];
  readonly faults: readonly FieldFault[];
  readonly onChange: (targets: readonly EditedTarget[]) => void;
}

/** Where the result of each run goes. */
export function DeliveryFields({ present = [], targets, faults, onChange }: DeliveryFieldsProps) {
  const { t } = useTexts();
  const hasSecrets = present.some(({ kind }) => kind !== 'email');
  return (
    <fieldset className="card stack">
      <legend className="legend">{t('delivery.title')}</legend>
      {targets.length === 0 && <p className="hint">{t('delivery.none')}</p>}
      {hasSecrets && <p className="hint">{t('delivery.again')}</p>}
      {targets.map((target, index) => (
        <Target
          key={target.kind === 'kept' ? target.id : index}
          position={index + 1}
          {...{ present, target, faults }}
          onChange={(changed) => onChange(withItem(targets, index, changed))}
        />
      ))}
      <FieldErrors
        id="delivery-errors"
        errors={faults.filter(({ field }) => field === 'delivery').map(({ message }) => message)}
      />
      <button
        type="button"
        className="button small start"
        onClick={() => onChange([...targets, firstTarget('email')])}
      >
        {t('delivery.add')}
      </button>
    </fieldset>
  );
}

interface OneTargetProps extends Pick<DeliveryFieldsProps, 'faults'> {
  readonly present: readonly ScheduleTargetView[];
  readonly position: number;
  readonly target: EditedTarget;
  readonly onChange: (target: EditedTarget | null) => void;
}

function Target({ present, position, target, faults, onChange }: OneTargetProps) {
  const { t } = useTexts();
  const member = `delivery[${position - 1}]`;
  const faultsAt = (name: string) => faultsOf(faults, `${member}.${name}`);
  // Undefined: it is typed, or the schedule has lost it meanwhile.
  const kept = target.kind === 'kept' ? present.find(({ id }) => id === target.id) : undefined;
  return (
    <div className="delivery" role="group" aria-label={t('delivery.target', { position })}>
      {target.kind === 'kept' ? (
        <p className="endpoint">{kept !== undefined && targetText(kept, t)}</p>
      ) : (
        <TypedTarget {...{ target, faultsAt, onChange }} />
      )}
      <FieldErrors
        id={`${member}-errors`}
        errors={faults
          .filter(({ field }) => field === member || field === `${member}.id`)
          .map(({ message }) => message)}
      />
      <div className="buttons">
        {kept !== undefined && (
          <button
            type="button"
            className="button small"
            aria-label={t('delivery.changeOf', { position })}
            onClick={() => onChange(targetOfShown(kept))}
          >
            {t('delivery.change')}
          </button>
        )}
        <button
          type="button"
          className="button small"
          aria-label={t('delivery.removeOf', { position })}
          onClick={() => onChange(null)}
        >
          {t('report.remove')}
        </button>
      </div>
    </div>
  );
}

function TypedTarget({ target, faultsAt, onChange }: TargetProps) {
  const { t } = useTexts();
  return (
    <>
      <SelectField
        label={t('delivery.kind')}
        value={target.kind}
        options={deliveryKinds.map((kind) => [kind, t(`delivery.${kind}`)])}
        onValue={(kind) => onChange(firstTarget(kind))}
      />
      <TargetFields {...{ target, faultsAt, onChange }} />
    </>
  );
}

interface TargetProps<Target = DeliveryTargetBody> {
  readonly target: Target;
  readonly faultsAt: (name: string) => readonly string[];
  readonly onChange: (target: DeliveryTargetBody) => void;
}

function TargetFields({ target, ...rest }: TargetProps) {
  switch (target.kind) {
    case 'email':
      return <EmailFields target={target} {...rest} />;
    case 's3':
      return <BucketFields target={target} {...rest} />;
    case 'webhook':
    case 'slack':
      return <UrlFields target={target} {...rest} />;
    default:
      return target satisfies never;
  }
}

type Kind<Name> = Extract<DeliveryTargetBody, { kind: Name }>;

function EmailFields({ target, faultsAt, onChange }: TargetProps<Kind<'email'>>) {
  const { t } = useTexts();
  const [typed, setTyped] = useState('');
  // A text that ends with a comma is kept while it is typed; another target may come to this place.
  const isTyped = addressesIn(typed).join() === target.to.join();
  return (
    <InputField
      label={t('delivery.to')}
      hint={t('delivery.toHint')}
      errors={faultsAt('to')}
      value={isTyped ? typed : target.to.join(', ')}
      onValue={(text) => {
        setTyped(text);
        onChange({ ...target, to: addressesIn(text) });
      }}
    />
  );
}

function addressesIn(text: string): string[] {
  return text.split(/[,;\s]+/).filter((address) => address !== '');
}

function UrlFields({ target, faultsAt, onChange }: TargetProps<Kind<'webhook' | 'slack'>>) {
  const { t } = useTexts();
  if (target.kind === 'webhook' && target.endpoint !== undefined)
    return <p className="hint endpoint">{t('delivery.ofEndpoint', { id: target.endpoint })}</p>;
  return (
    <>
      <InputField
        label={t('delivery.url')}
        errors={faultsAt('url')}
        inputMode="url"
        value={target.url ?? ''}
        onValue={(url) => onChange({ ...target, url })}
      />
      {target.kind === 'webhook' && (
        <InputField
          label={t('delivery.secret')}
          hint={t('delivery.secretHint')}
          errors={faultsAt('secret')}
          type="password"
          value={target.secret ?? ''}
          onValue={(secret) => onChange(withText(target, 'secret', secret))}
        />
      )}
    </>
  );
}

const bucketTexts = ['bucket', 'prefix', 'region', 'endpoint', 'accessKeyId', 'secretAccessKey'] as const;

function BucketFields({ target, faultsAt, onChange }: TargetProps<Kind<'s3'>>) {
  const { t } = useTexts();
  return (
    <>
      {bucketTexts.map((name) => (
        <InputField
          key={name}
          label={t(`delivery.${name}`)}
          errors={faultsAt(name)}
          type={name === 'secretAccessKey' ? 'password' : 'text'}
          value={target[name] ?? ''}
          onValue={(text) =>
            onChange(name === 'endpoint' ? withText(target, name, text) : { ...target, [name]: text })
          }
        />
      ))}
      <label className="check">
        <input
          type="checkbox"
          checked={target.forcePathStyle}
          onChange={({ target: { checked } }) => onChange({ ...target, forcePathStyle: checked })}
        />
        <span>{t('delivery.forcePathStyle')}</span>
      </label>
    </>
  );
}
