import type { EnvironmentLimits } from '@hourglass/contract';
import { useState } from 'react';
import { pathOf, type Place } from '../../api/environments.ts';
import { useResource, useWrite } from '../../api/resource.ts';
import { InputField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { formatCount } from '../../text/quantities.ts';
import { WriteForm } from '../../parts/write-form.tsx';
import { useTexts } from '../../text/texts.tsx';
import { numberOrNull } from './own-number.ts';

const names = ['queriesPerHour', 'activeQueries', 'schedules', 'scheduledQueries'] as const;

/** The limits of the environment: those that count, and its own. */
export function LimitsSection({ place }: { readonly place: Place }) {
  const { t, tag } = useTexts();
  const path = `${pathOf(place)}/limits`;
  const { data, error } = useResource<EnvironmentLimits>(path);
  return (
    <section className="stack" aria-label={t('limits.title')}>
      <h2>{t('limits.title')}</h2>
      {error !== null && data === undefined && <Failure error={error} />}
      {data !== undefined && (
        <>
          <dl className="figures card">
            {names.map((name) => (
              <div key={name}>
                <dt>{t(`limits.${name}`)}</dt>
                <dd>{formatCount(data[name], tag)}</dd>
              </div>
            ))}
          </dl>
          <LimitsForm key={JSON.stringify(data)} path={path} limits={data} />
        </>
      )}
    </section>
  );
}

function LimitsForm({
  path,
  limits: { own },
}: {
  readonly path: string;
  readonly limits: EnvironmentLimits;
}) {
  const { t } = useTexts();
  const write = useWrite(path);
  const [values, setValues] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(names.map((name) => [name, String(own[name] ?? '')])),
  );
  const change = () => {
    const body = Object.fromEntries(names.map((name) => [name, numberOrNull(values[name] ?? '')]));
    return write(path, { method: 'PATCH', body });
  };
  return (
    <WriteForm title={t('limits.change')} submit={t('limits.save')} onWrite={change}>
      {names.map((name) => (
        <InputField
          key={name}
          label={t(`limits.${name}`)}
          hint={t('limits.ownHint')}
          type="number"
          min={1}
          value={values[name] ?? ''}
          onValue={(value) => setValues({ ...values, [name]: value })}
        />
      ))}
    </WriteForm>
  );
}
