import type { ListedQuery } from '@hourglass/contract';
import { useWindowVirtualizer } from '@tanstack/react-virtual';
import { memo, useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Link } from 'wouter';
import type { Place } from '../../api/environments.ts';
import { useCancelQuery } from '../../api/queries.ts';
import { CancelButton } from '../../parts/cancel-button.tsx';
import { Failure } from '../../parts/failure.tsx';
import { queryPath } from '../../parts/paths.ts';
import { StateMark } from '../../parts/state-mark.tsx';
import { useTexts } from '../../text/texts.tsx';
import { AgainButton } from './again-button.tsx';
import { prepareRow, rowFormats, type RowFormats } from './prepare-row.ts';
import './query-table.css';

/** Lists up to this length are drawn whole, so that the browser's own search finds every row. */
const wholeRows = 100;
const estimatedRowPixels = 68;

export interface QueryTableProps {
  readonly place: Place;
  readonly queries: readonly ListedQuery[];
  readonly maySubmit: boolean;
}

/** The queries; of a long list only those near the window. */
export function QueryTable({ place, queries, maySubmit }: QueryTableProps) {
  const { t, tag } = useTexts();
  const formats = useMemo(() => rowFormats(tag), [tag]);
  const cancel = useCancelQuery(place);
  const { body, rows, before, after, measure } = useRowsNearWindow(queries.length);
  return (
    <>
      {cancel.error !== null && <Failure error={cancel.error} />}
      <table className="list" aria-rowcount={queries.length + 1}>
        <thead>
          <tr>
            <th scope="col">{t('queries.report')}</th>
            <th scope="col">{t('queries.state')}</th>
            <th scope="col">{t('queries.range')}</th>
            <th scope="col">{t('queries.submitted')}</th>
            <th scope="col">
              <span className="visually-hidden">{t('queries.actions')}</span>
            </th>
          </tr>
        </thead>
        <tbody ref={body}>
          <Space pixels={before} />
          {rows.map((index) => {
            const query = queries[index];
            return (
              query && (
                <Row
                  key={query.self}
                  {...{ place, query, formats, maySubmit, index, measure }}
                  onCancel={cancel.mutate}
                />
              )
            );
          })}
          <Space pixels={after} />
        </tbody>
      </table>
    </>
  );
}

function Space({ pixels }: { readonly pixels: number }) {
  if (pixels <= 0) return null;
  return (
    <tr aria-hidden="true" className="list-space">
      <td colSpan={5} style={{ height: pixels }}>
        {' '}
      </td>
    </tr>
  );
}

/** Returns the indexes of the rows to draw, and the pixels of those before and after them. */
function useRowsNearWindow(count: number) {
  const body = useRef<HTMLTableSectionElement>(null);
  const [top, setTop] = useState(0);
  useLayoutEffect(() => setTop((body.current?.getBoundingClientRect().top ?? 0) + window.scrollY), []);
  const virtualizer = useWindowVirtualizer({
    count,
    estimateSize: () => estimatedRowPixels,
    overscan: count <= wholeRows ? wholeRows : 5,
    scrollMargin: top,
  });
  const items = virtualizer.getVirtualItems();
  return {
    body,
    rows: items.map(({ index }) => index),
    before: (items[0]?.start ?? top) - top,
    after: virtualizer.getTotalSize() - ((items.at(-1)?.end ?? top) - top),
    measure: virtualizer.measureElement,
  };
}

interface RowProps {
  readonly place: Place;
  readonly query: ListedQuery;
  readonly formats: RowFormats;
  readonly maySubmit: boolean;
  readonly index: number;
  readonly measure: (row: HTMLTableRowElement | null) => void;
  readonly onCancel: (id: string) => void;
}

/** Drawn again only when its query has changed. */
const Row = memo(function Row({ place, query, formats, maySubmit, index, measure, onCancel }: RowProps) {
  const { t, tApi } = useTexts();
  const row = prepareRow(query, formats, maySubmit);
  return (
    <tr ref={measure} data-index={index} aria-rowindex={index + 2}>
      <th scope="row" className="list-title">
        <Link href={queryPath(place.environment, row.id)}>{row.title}</Link>
        {row.reason !== null && <span className="reason">{tApi(row.reason)}</span>}
        {row.adviceKey !== null && <span className="sub">{t(row.adviceKey)}</span>}
      </th>
      <td data-label={t('queries.state')}>
        <StateMark row={row} />
      </td>
      <td data-label={t('queries.range')}>{row.range}</td>
      <td data-label={t('queries.submitted')}>
        {row.created}
        <span className="sub">{row.submitter}</span>
      </td>
      <td className="list-actions">
        {row.canCancel && <CancelButton title={row.title} onCancel={() => onCancel(row.id)} />}
        {row.canRunAgain && <AgainButton place={place} id={row.id} title={row.title} />}
      </td>
    </tr>
  );
});
