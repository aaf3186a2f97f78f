import type { EnvironmentRetention } from '@hourglass/contract';
import { useState } from 'react';
import { pathOf, type Place } from '../../api/environments.ts';
import { ApiError, callApi } from '../../api/http.ts';
import { useResource, useWrite } from '../../api/resource.ts';
import { ConfirmButton } from '../../parts/confirm-button.tsx';
import { InputField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { formatBytes, formatCount } from '../../text/quantities.ts';
import { useTexts } from '../../text/texts.tsx';
import { numberOrNull } from './own-number.ts';

/** How long facts are kept, and the question before a change that removes some. */
export function RetentionSection({ place }: { readonly place: Place }) {
  const { t } = useTexts();
  const path = `${pathOf(place)}/retention`;
  const { data, error } = useResource<EnvironmentRetention>(path);
  return (
    <section className="card stack" aria-label={t('retention.title')}>
      <h2>{t('retention.title')}</h2>
      {error !== null && data === undefined && <Failure error={error} />}
      {data !== undefined && (
        <>
          <p>
            {data.retentionDays === null
              ? t('retention.forever')
              : t('retention.days', { count: data.retentionDays })}
          </p>
          <RetentionForm key={String(data.own.retentionDays)} path={path} own={data.own.retentionDays} />
        </>
      )}
    </section>
  );
}

function RetentionForm({ path, own }: { readonly path: string; readonly own: number | null }) {
  const { t, tag } = useTexts();
  const write = useWrite(path);
  const [days, setDays] = useState(own === null ? '' : String(own));
  const body = { retentionDays: numberOrNull(days) };
  const { removes, preview } = useRemovedFacts(path, body);
  return (
    <>
      <div className="pair">
        <InputField
          label={t('retention.own')}
          hint={t('retention.ownHint')}
          type="number"
          min={1}
          max={100_000}
          value={days}
          onValue={setDays}
        />
      </div>
      <div>
        <ConfirmButton
          label={t('retention.change')}
          labelOf={t('retention.change')}
          title={t('retention.question')}
          text={
            removes === undefined
              ? t('retention.counting')
              : t('retention.removes', {
                  facts: formatCount(removes.facts, tag),
                  bytes: formatBytes(removes.bytes, tag),
                })
          }
          onOpen={() => void preview()}
          onConfirm={() => write(path, { method: 'PATCH', body })}
        />
      </div>
    </>
  );
}

/** Counts what a change would remove, when it is asked. A refusal is that of the change, which shows it. */
function useRemovedFacts(path: string, body: object) {
  const [removes, setRemoves] = useState<EnvironmentRetention['removes']>();
  const preview = async () => {
    setRemoves(undefined);
    try {
      const changed = await callApi<EnvironmentRetention>(`${path}?dryRun=true`, { method: 'PATCH', body });
      setRemoves(changed.removes);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  };
  return { removes, preview };
}
