import type { SessionView } from '@hourglass/contract';
import { Link, useSearchParams } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useBatches } from '../../api/batches.ts';
import { useQueryList } from '../../api/queries.ts';
import { Failure } from '../../parts/failure.tsx';
import { PageTitle } from '../../parts/frame.tsx';
import { MoreButton } from '../../parts/more-button.tsx';
import { Notice } from '../../parts/notice.tsx';
import { dataPath, newReportPath } from '../../parts/paths.ts';
import { useTexts } from '../../text/texts.tsx';
import { filterOf } from './list-filter.ts';
import { QueryFilters } from './query-filters.tsx';
import { QueryTable } from './query-table.tsx';

export interface QueriesPageProps {
  readonly place: Place;
  readonly session: SessionView;
}

/** The queries of an environment, newest first, as they change. */
export function QueriesPage({ place, session }: QueriesPageProps) {
  const { t } = useTexts();
  const [search] = useSearchParams();
  const filter = filterOf(search);
  const pages = useQueryList(place, filter);
  const { data, error } = pages;
  const maySubmit = session.scopes.includes('submit');
  const queries = data?.pages.flatMap((page) => page.queries);
  return (
    <>
      <div className="page-head">
        <PageTitle>{t('queries.title')}</PageTitle>
        {maySubmit && (
          <Link className="button primary" href={newReportPath(place.environment)}>
            {t('queries.new')}
          </Link>
        )}
      </div>
      <QueryFilters email={session.email} />
      {error !== null && data === undefined && <Failure error={error} />}
      {queries?.length === 0 && (
        <NoQueries place={place} session={session} isFiltered={Object.keys(filter).length > 0} />
      )}
      {queries !== undefined && queries.length > 0 && (
        <QueryTable place={place} queries={queries} maySubmit={maySubmit} />
      )}
      <MoreButton pages={pages} label={t('queries.more')} />
    </>
  );
}

interface NoQueriesProps {
  readonly place: Place;
  readonly session: SessionView;
  readonly isFiltered: boolean;
}

function NoQueries({ place, session, isFiltered }: NoQueriesProps) {
  const { t } = useTexts();
  const { data } = useBatches(place);
  if (isFiltered) return <Notice title={t('queries.noMatch')}>{t('queries.noMatchNext')}</Notice>;
  const { organization, environment } = place;
  const hasFacts = data === undefined || data.pages.some(({ batches }) => batches.length > 0);
  if (!hasFacts && session.scopes.includes('ingest'))
    return (
      <Notice
        title={t('queries.noFacts')}
        action={
          <Link className="button primary" href={dataPath(environment)}>
            {t('queries.toImport')}
          </Link>
        }
      >
        {t('queries.noFactsNext')}
      </Notice>
    );
  return (
    <Notice
      title={t('queries.none')}
      command={`hourglass submit --org ${organization} --env ${environment} query.json`}
    >
      {t('queries.noneNow')}
    </Notice>
  );
}
