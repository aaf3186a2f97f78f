import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef } from 'react';
import { widthOf, type TableColumn } from '../../plot/prepare-table.ts';
import type { Row } from '../../plot/result.ts';
import { useTexts } from '../../text/texts.tsx';

interface ResultTableProps {
  readonly columns: readonly TableColumn[];
  /** Those that were read. */
  readonly rows: readonly Row[];
  readonly total: number;
  /** Called near the end of the rows. */
  readonly onEnd: () => void;
}

const rowHeightPx = 34;
/** Rows before the end at which the next page is read. */
const rowsAhead = 1000;

/** A table of which only the visible rows are in the document. */
export function ResultTable({ columns, rows, total, onEnd }: ResultTableProps) {
  const { t, tag } = useTexts();
  const scroller = useRef<HTMLDivElement>(null);
  const { getVirtualItems, getTotalSize } = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
  });
  const items = getVirtualItems();
  const last = items.at(-1)?.index ?? 0;
  useEffect(() => {
    if (rows.length < total && last > rows.length - rowsAhead) onEnd();
  }, [last, rows.length, total, onEnd]);
  const { template, minWidth } = layoutOf(columns, rows);
  const count = new Intl.NumberFormat(tag);
  return (
    <section className="result">
      <p className="hint">
        {t('result.shown', { shown: count.format(rows.length), total: count.format(total) })}
      </p>
      <div ref={scroller} className="grid-scroller" tabIndex={0} role="region" aria-label={t('result.table')}>
        <div
          className="grid"
          role="table"
          aria-rowcount={total + 1}
          aria-label={t('result.table')}
          style={{ minWidth }}
        >
          <Head columns={columns} template={template} />
          <div role="rowgroup" className="grid-body" style={{ height: getTotalSize() }}>
            {items.map(({ index, start }) => (
              <div
                key={index}
                role="row"
                aria-rowindex={index + 2}
                className="grid-row"
                style={{ transform: `translateY(${start}px)`, gridTemplateColumns: template }}
              >
                {columns.map((column) => (
                  <Cell key={column.name} column={column} row={rows[index] ?? {}} />
                ))}
              </div>
            ))}
          </div>
        </div>
      </div>
    </section>
  );
}

/** Columns share the space that is left in proportion to the widths that they need. */
function layoutOf(columns: readonly TableColumn[], rows: readonly Row[]) {
  const widths = columns.map((column) => widthOf(column, rows));
  return {
    template: widths.map((width) => `minmax(${width}ch, ${width}fr)`).join(' '),
    minWidth: `${widths.reduce((sum, width) => sum + width, 0)}ch`,
  };
}

function Head({ columns, template }: Pick<ResultTableProps, 'columns'> & { readonly template: string }) {
  return (
    <div role="rowgroup" className="grid-head">
      <div role="row" aria-rowindex={1} className="grid-row" style={{ gridTemplateColumns: template }}>
        {columns.map(({ name, unit, isNumber }) => (
          <div key={name} role="columnheader" className={isNumber ? 'cell number' : 'cell'}>
            {name}
            {unit !== null && <span className="sub">{unit}</span>}
          </div>
        ))}
      </div>
    </div>
  );
}

function Cell({ column, row }: { readonly column: TableColumn; readonly row: Row }) {
  const text = column.text(row);
  return (
    <div role="cell" className={column.isNumber ? 'cell number' : 'cell'} title={column.exact(row) ?? text}>
      {text}
    </div>
  );
}
