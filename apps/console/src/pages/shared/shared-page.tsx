import type { OpenedSharedView } from '@hourglass/contract';
import { useMemo } from 'react';
import { ApiError } from '../../api/http.ts';
import type { ResultSource } from '../../api/result.ts';
import { sharedPath, useOpenedView, type SharedLink } from '../../api/shared-views.ts';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { Notice } from '../../parts/notice.tsx';
import { ShortcutsProvider } from '../../parts/shortcuts.tsx';
import { StateMark } from '../../parts/state-mark.tsx';
import { useDates } from '../../parts/use-dates.ts';
import { useTexts } from '../../text/texts.tsx';
import { prepareState } from '../queries/prepare-row.ts';
import { Downloads } from '../result/downloads.tsx';
import { ResultSection } from '../result/result-section.tsx';
import '../result/result.css';
import './shared.css';
import { useSecret } from './use-secret.ts';

/** A result or report for the bearer of a link. It calls nothing that needs a session. */
export function SharedPage({ id }: { readonly id: string }) {
  const secret = useSecret();
  return (
    <ShortcutsProvider>
      <main className="shared">
        <SharedView id={id} secret={secret} />
      </main>
    </ShortcutsProvider>
  );
}

function SharedView({ id, secret }: SharedLink) {
  const { t } = useTexts();
  const date = useDates();
  const { data, error } = useOpenedView({ id, secret });
  if (error !== null && data === undefined) return <Refused error={error} />;
  if (data === undefined) return <p className="hint">{t('result.loading')}</p>;
  const { title = t('shared.untitled'), expires, query } = data;
  return (
    <>
      <div className="page-head">
        <PageTitle>{title}</PageTitle>
        <span className="hint">{t('shared.until', { time: date(expires) })}</span>
      </div>
      {error !== null && <Failure error={error} />}
      {query === undefined ? (
        <Notice title={t('shared.noResult')}>{t('shared.noResultNext')}</Notice>
      ) : (
        <SharedQuery {...{ id, secret, title, query }} />
      )}
    </>
  );
}

interface SharedQueryProps extends SharedLink {
  readonly title: string;
  readonly query: NonNullable<OpenedSharedView['query']>;
}

function SharedQuery({ id, secret, title, query }: SharedQueryProps) {
  const { t, tApi } = useTexts();
  const { created, resultRows = 0, state, error } = query;
  const source = useMemo<ResultSource>(
    () => ({ path: `${sharedPath(id)}/resultView`, bearer: secret, version: created }),
    [id, secret, created],
  );
  if (state === 'completed') {
    const total = Number(resultRows);
    return (
      <ResultSection source={source} name={title} total={total}>
        {() => (
          <div className="result-files">
            <Downloads source={source} name={title} total={total} maySubmit={false} />
          </div>
        )}
      </ResultSection>
    );
  }
  if (state === 'enqueued' || state === 'running') {
    return (
      <div className="card status" role="status">
        <StateMark row={prepareState(query)} />
      </div>
    );
  }
  return (
    <Notice title={t(`state.${state}`)}>
      {error !== undefined && `${tApi(error)} `}
      {t('shared.endedNext')}
    </Notice>
  );
}

function Refused({ error }: { readonly error: unknown }) {
  const { t } = useTexts();
  if (!(error instanceof ApiError) || error.code !== 'shared_view.refused') return <Failure error={error} />;
  return (
    <>
      <PageTitle>{t('shared.untitled')}</PageTitle>
      <Notice title={t('shared.refused')}>{t('shared.refusedNext')}</Notice>
    </>
  );
}
