import { useState } from 'react';
import { Link, useSearchParams } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { ApiError } from '../../api/http.ts';
import { useSaveReport } from '../../api/saved-reports.ts';
import { InputField } from '../../parts/controls.tsx';
import { Failure } from '../../parts/failure.tsx';
import { newSchedulePath, savedReportsPath } from '../../parts/paths.ts';
import type { ReportBody } from '../../report/report-body.ts';
import { textOf } from '../../report/shape.ts';
import { useTexts } from '../../text/texts.tsx';

/** Saves the report of the form under a name, or replaces the saved one from which the form was opened. */
export function SavePanel({ place, body }: { readonly place: Place; readonly body: ReportBody }) {
  const { t } = useTexts();
  const [search] = useSearchParams();
  const saved = search.get('saved');
  const [typed, setTyped] = useState<string | null>(null);
  const save = useSaveReport(place);
  const displayName = typed ?? textOf(body.name);
  const send = (name: string | null) => save.mutate({ name, displayName, body });
  return (
    <section className="card stack">
      <h2>{t('save.title')}</h2>
      <InputField
        label={t('save.name')}
        hint={t('save.hint')}
        value={displayName}
        maxLength={255}
        onValue={setTyped}
      />
      <div className="buttons">
        {saved !== null && (
          <button
            type="button"
            className="button"
            disabled={!displayName || save.isPending}
            onClick={() => send(saved)}
          >
            {t('save.replace')}
          </button>
        )}
        <button
          type="button"
          className="button"
          disabled={!displayName || save.isPending}
          onClick={() => send(null)}
        >
          {t('save.new')}
        </button>
      </div>
      {save.error !== null && <SaveFailure error={save.error} />}
      {save.data !== undefined && <Saved environment={place.environment} name={save.data.name} />}
    </section>
  );
}

function Saved({ environment, name }: { readonly environment: string; readonly name: string }) {
  const { t } = useTexts();
  return (
    <p role="status">
      {t('save.done')} <Link href={savedReportsPath(environment)}>{t('saved.title')}</Link>
      {' · '}
      <Link href={`${newSchedulePath(environment)}?${new URLSearchParams({ report: name })}`}>
        {t('saved.schedule')}
      </Link>
    </p>
  );
}

/** The faults of the query are at the fields of the form already. */
function SaveFailure({ error }: { readonly error: Error }) {
  const { t } = useTexts();
  if (error instanceof ApiError && error.faults.some(({ field }) => field.startsWith('query')))
    return <p className="failure">{t('save.faulty')}</p>;
  return <Failure error={error} />;
}
