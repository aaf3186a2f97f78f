import type { QueryStatus, SessionView } from '@hourglass/contract';
import { useMemo } from 'react';
import type { Place } from '../../api/environments.ts';
import { useResult } from '../../api/result.ts';
import { Failure } from '../../parts/failure.tsx';
import { Notice } from '../../parts/notice.tsx';
import { baseMetrics } from '../../plot/figures.ts';
import { preparePlots, viewOf } from '../../plot/prepare-plot.ts';
import { rangeText } from '../../plot/range-text.ts';
import { prepareColumns } from '../../rows/prepare-table.ts';
import { shapeOf, type Column, type ResultShape } from '../../rows/result.ts';
import { useTexts } from '../../text/texts.tsx';
import { Downloads } from './downloads.tsx';
import { ManifestPanel } from './manifest-panel.tsx';
import { PlotCard } from './plot-card.tsx';
import { ResultTable } from './result-table.tsx';
import { usePlotState } from './use-plot-state.ts';

interface ResultSectionProps {
  readonly place: Place;
  readonly session: SessionView;
  readonly id: string;
  readonly query: QueryStatus;
}

const noColumns: readonly Column[] = [];

export function ResultSection({ place, session, id, query }: ResultSectionProps) {
  const { t, tag } = useTexts();
  const state = usePlotState();
  const total = Number(query.resultRows ?? 0);
  const result = useResult(place, id, total);
  const { head, rows } = result;
  const sources = head?.columns ?? noColumns;
  const columns = useMemo(() => prepareColumns(sources, tag), [sources, tag]);
  const shape = useMemo(() => head && shapeOf(sources, head.metadata), [head, sources]);
  const metric = shape && chosenMetric(shape, state.metric);
  const plots = useMemo(() => shape && preparePlots(rows, shape, metric), [rows, shape, metric]);
  if (result.error !== null) return <Failure error={result.error} />;
  if (shape === undefined || plots === undefined || head === undefined)
    return <p className="hint">{t('result.loading')}</p>;
  const view = viewOf(plots, state.view);
  const name = query.name ?? t('result.title');
  return (
    <>
      <p className="hint range-line">{rangeText(head.metadata, tag)}</p>
      {rows.length === 0 && <Notice title={t('result.empty')}>{t('result.emptyNext')}</Notice>}
      {view !== null && metric !== undefined && (
        <PlotCard
          {...{ plots, view, metric, state, name }}
          metrics={shape.metrics}
          rangeText={rangeText(head.metadata, tag)}
          isPartial={!result.isComplete}
        />
      )}
      {rows.length > 0 && (
        <ResultTable
          columns={columns}
          result={result}
          total={total}
          sorting={state.sortingOf(sources)}
          onSorting={state.sort}
        />
      )}
      <div className="result-files">
        <Downloads
          {...{ place, id, total, name }}
          outputFormat={head.metadata.outputFormat}
          maySubmit={session.scopes.includes('submit')}
        />
        <ManifestPanel place={place} id={id} />
      </div>
    </>
  );
}

function chosenMetric(shape: ResultShape, name: string | null): Column | undefined {
  return shape.metrics.find((metric) => metric.name === name) ?? baseMetrics(shape.metrics)[0];
}
