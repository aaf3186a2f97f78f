import type { DeliveryTargetBody } from '@hourglass/contract';
import { useState } from 'react';
import { FieldErrors } from '../../parts/field.tsx';
import { InputField, SelectField } from '../../parts/controls.tsx';
import { withText } from '../../report/text-members.ts';
import { faultsOf, type FieldFault } from '../../report/faults.ts';
import { deliveryKinds } from '../../report/delivery-kinds.ts';
import { withItem } from '../../report/report-body.ts';
import { firstTarget } from '../../report/schedule-draft.ts';
import { useTexts } from '../../text/texts.tsx';

export interface DeliveryFieldsProps {
  readonly targets: readonly DeliveryTargetBody[];
  readonly faults: readonly FieldFault[];
  readonly hint?: string | undefined;
  readonly onChange: (targets: readonly DeliveryTargetBody[]) => void;
}

/** Where the result of each run goes. */
export function DeliveryFields({ targets, faults, hint, onChange }: DeliveryFieldsProps) {
  const { t } = useTexts();
  return (
    <fieldset className="card stack">
      <legend className="legend">{t('delivery.title')}</legend>
      {targets.length === 0 && <p className="hint">{t('delivery.none')}</p>}
      {targets.length > 0 && hint !== undefined && <p className="hint">{hint}</p>}
      {targets.map((target, index) => (
        <Target
          key={index}
          position={index + 1}
          target={target}
          faults={faults}
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

interface OneTargetProps {
  readonly position: number;
  readonly target: DeliveryTargetBody;
  readonly faults: readonly FieldFault[];
  readonly onChange: (target: DeliveryTargetBody | null) => void;
}

function Target({ position, target, faults, onChange }: OneTargetProps) {
  const { t } = useTexts();
  const member = `delivery[${position - 1}]`;
  return (
    <div className="delivery" role="group" aria-label={t('delivery.target', { position })}>
      <SelectField
        label={t('delivery.kind')}
        value={target.kind}
        options={deliveryKinds.map((kind) => [kind, t(`delivery.${kind}`)])}
        onValue={(kind) => onChange(firstTarget(kind))}
      />
      <TargetFields
        target={target}
        faultsAt={(name) => faultsOf(faults, `${member}.${name}`)}
        onChange={onChange}
      />
      <FieldErrors
        id={`${member}-errors`}
        errors={faults.filter(({ field }) => field === member).map(({ message }) => message)}
      />
      <button
        type="button"
        className="button small start"
        aria-label={t('delivery.removeOf', { position })}
        onClick={() => onChange(null)}
      >
        {t('report.remove')}
      </button>
    </div>
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
  const [typed, setTyped] = useState(() => target.to.join(', '));
  return (
    <InputField
      label={t('delivery.to')}
      hint={t('delivery.toHint')}
      errors={faultsAt('to')}
      value={typed}
      onValue={(text) => {
        setTyped(text);
        onChange({ ...target, to: text.split(/[,;\s]+/).filter((address) => address !== '') });
      }}
    />
  );
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
