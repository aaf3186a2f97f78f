import type { QueryStatus } from '@hourglass/contract';
import { useMemo } from 'react';
import { useSearchParams } from 'wouter';
import { pathOf, type Place } from '../../api/environments.ts';
import { apiUrl } from '../../api/http.ts';
import { useResult } from '../../api/result.ts';
import { CopyText } from '../../parts/copy-text.tsx';
import { Failure } from '../../parts/failure.tsx';
import { Notice } from '../../parts/notice.tsx';
import { preparePlot } from '../../plot/prepare-plot.ts';
import { prepareColumns } from '../../plot/prepare-table.ts';
import { shapeOf } from '../../plot/result.ts';
import { useTexts } from '../../text/texts.tsx';
import { PlotCard } from './plot-card.tsx';
import { ResultTable } from './result-table.tsx';

interface ResultSectionProps {
  readonly place: Place;
  readonly id: string;
  readonly query: QueryStatus;
}

export function ResultSection({ place, id, query }: ResultSectionProps) {
  const { t, tag } = useTexts();
  const [search, setSearch] = useSearchParams();
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useResult(place, id);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
  const [first] = data?.pages ?? [];
  const columns = useMemo(() => prepareColumns(first?.columns ?? [], tag), [first, tag]);
  const shape = useMemo(() => first && shapeOf(first.columns ?? [], first.metadata), [first]);
  const metric = shape?.metrics.find(({ name }) => name === search.get('metric')) ?? shape?.metrics[0];
  const plot = useMemo(() => shape && preparePlot(rows, shape, metric), [rows, shape, metric]);
  if (error !== null) return <Failure error={error} />;
  if (shape === undefined) return <p className="hint">{t('result.loading')}</p>;
  const total = Number(query.resultRows ?? rows.length);
  return (
    <>
      <Downloads place={place} id={id} />
      {rows.length === 0 && <Notice title={t('result.empty')}>{t('result.emptyNext')}</Notice>}
      {plot && metric && (
        <PlotCard
          plot={plot}
          metrics={shape.metrics}
          metric={metric}
          isPartial={rows.length < total}
          onMetric={(name) => setSearch((current) => withMetric(current, name))}
        />
      )}
      {rows.length > 0 && (
        <ResultTable
          columns={columns}
          rows={rows}
          total={total}
          onEnd={() => {
            if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
          }}
        />
      )}
    </>
  );
}

function withMetric(search: URLSearchParams, name: string): URLSearchParams {
  const changed = new URLSearchParams(search);
  changed.set('metric', name);
  return changed;
}

function Downloads({ place, id }: Pick<ResultSectionProps, 'place' | 'id'>) {
  const { t } = useTexts();
  const path = `${pathOf(place)}/queries/${encodeURIComponent(id)}`;
  const { organization, environment } = place;
  return (
    <details className="card downloads">
      <summary>{t('result.download')}</summary>
      <div className="stack">
        <p className="buttons">
          <a className="button" href={apiUrl(`${path}/result`)} download>
            {t('result.archive')}
          </a>
          <a className="button" href={apiUrl(`${path}/resultView`)} download={`${id}.json`}>
            {t('result.json')}
          </a>
        </p>
        <CopyText text={`hourglass download --org ${organization} --env ${environment} ${id}`} />
      </div>
    </details>
  );
}
