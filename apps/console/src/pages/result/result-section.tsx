import { useDeferredValue, useMemo, type ReactNode } from 'react';
import { useResult, type ResultSource } from '../../api/result.ts';
import { Failure } from '../../parts/failure.tsx';
import { Notice } from '../../parts/notice.tsx';
import { baseMetrics } from '../../plot/figures.ts';
import { preparePlots, viewOf } from '../../plot/prepare-plot.ts';
import { rangeText } from '../../plot/range-text.ts';
import { prepareColumns } from '../../rows/prepare-table.ts';
import { shapeOf, type Column, type ResultShape } from '../../rows/result.ts';
import { useTexts } from '../../text/texts.tsx';
import { PlotCard } from './plot-card.tsx';
import { ResultTable } from './result-table.tsx';
import { usePlotState } from './use-plot-state.ts';

interface ResultSectionProps {
  readonly source: ResultSource;
  readonly name: string;
  /** Number of rows of the whole result. */
  readonly total: number;
  /** Draws what follows the rows. */
  readonly children?: (outputFormat: string) => ReactNode;
}

const noColumns: readonly Column[] = [];

/** The plots and the table of a result. */
export function ResultSection({ source, name, total, children }: ResultSectionProps) {
  const texts = useTexts();
  const { t, tag } = texts;
  const state = usePlotState();
  const result = useResult(source, total);
  const { head, rows } = result;
  const sources = head?.columns ?? noColumns;
  const columns = useMemo(() => prepareColumns(sources, texts), [sources, texts]);
  const shape = useMemo(() => head && shapeOf(sources, head.metadata), [head, sources]);
  const metric = shape && chosenMetric(shape, state.metric);
  // The table shows rows before the plot of them is drawn.
  const plotted = useDeferredValue(rows);
  const plots = useMemo(() => shape && preparePlots(plotted, shape, metric), [plotted, shape, metric]);
  if (result.error !== null) return <Failure error={result.error} />;
  if (shape === undefined || plots === undefined || head === undefined)
    return <p className="hint">{t('result.loading')}</p>;
  const view = viewOf(plots, state.view);
  return (
    <>
      <p className="hint range-line">{rangeText(head.metadata, tag)}</p>
      {rows.length === 0 && <Notice title={t('result.empty')}>{t('result.emptyNext')}</Notice>}
      {view !== null && metric !== undefined && (
        <PlotCard
          {...{ plots, view, metric, state, name }}
          metrics={shape.metrics}
          rangeText={rangeText(head.metadata, tag)}
          isPartial={!result.isComplete || plotted !== rows}
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
      {children?.(head.metadata.outputFormat)}
    </>
  );
}

function chosenMetric(shape: ResultShape, name: string | null): Column | undefined {
  return shape.metrics.find((metric) => metric.name === name) ?? baseMetrics(shape.metrics)[0];
}
