import type { QueryStatus, SessionView } from '@hourglass/contract';
import { useMemo } from 'react';
import { Link } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useCancelQuery, useQueryStatus } from '../../api/queries.ts';
import { hasEnded } from '../../api/query-events.ts';
import { resultOf } from '../../api/result.ts';
import { CancelButton } from '../../parts/cancel-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { queriesPath } from '../../parts/paths.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import { useTexts } from '../../text/texts.tsx';
import { prepareState } from '../queries/prepare-row.ts';
import { EndedNotice, RunAgain } from './ended-notice.tsx';
import { Downloads } from './downloads.tsx';
import { ManifestPanel } from './manifest-panel.tsx';
import { ResultSection } from './result-section.tsx';
import { ShareButton } from '../../parts/share/share-button.tsx';
import { runTimeText } from './run-time.ts';
import './result.css';

export interface QueryPageProps {
  readonly place: Place;
  readonly session: SessionView;
  readonly id: string;
}

/** A query: its progress until it ends, then its result or the reason why there is none. */
export function QueryPage({ place, session, id }: QueryPageProps) {
  const { t, tag } = useTexts();
  const { data: query, error } = useQueryStatus(place, id);
  const cancel = useCancelQuery(place);
  if (error !== null && query === undefined) return <Failure error={error} />;
  if (query === undefined) return null;
  const title = query.name ?? t('result.title');
  const maySubmit = session.scopes.includes('submit');
  return (
    <>
      <p className="back">
        <Link href={queriesPath(place.environment)}>← {t('queries.title')}</Link>
      </p>
      <div className="page-head">
        <PageTitle>{title}</PageTitle>
        {maySubmit && !hasEnded(query) && <CancelButton title={title} onCancel={() => cancel.mutate(id)} />}
        {maySubmit && query.state === 'completed' && (
          <div className="buttons">
            <a className="button small" href="#downloads">
              {t('result.download')}
            </a>
            <ShareButton place={place} thing={{ kind: 'query', id }} name={title} />
            <RunAgain place={place} id={id} />
          </div>
        )}
      </div>
      {cancel.error !== null && <Failure error={cancel.error} />}
      <div className="card status">
        <StateMark row={prepareState(query)} />
        {query.executionTime !== undefined && (
          <span className="sub">{t('result.took', { time: runTimeText(query.executionTime, tag) })}</span>
        )}
      </div>
      {query.state === 'completed' && (
        <CompletedResult place={place} id={id} query={query} maySubmit={maySubmit} />
      )}
      <EndedNotice place={place} id={id} query={query} maySubmit={maySubmit} />
    </>
  );
}

interface CompletedResultProps extends Pick<QueryPageProps, 'place' | 'id'> {
  readonly query: QueryStatus;
  readonly maySubmit: boolean;
}

function CompletedResult({ place, id, query, maySubmit }: CompletedResultProps) {
  const { t } = useTexts();
  const source = useMemo(() => resultOf(place, id), [place, id]);
  const total = Number(query.resultRows ?? 0);
  const name = query.name ?? t('result.title');
  return (
    <ResultSection source={source} name={name} total={total}>
      {(outputFormat) => (
        <div className="result-files">
          <Downloads {...{ source, total, name, maySubmit }} query={{ place, id, outputFormat }} />
          <ManifestPanel place={place} id={id} />
        </div>
      )}
    </ResultSection>
  );
}
