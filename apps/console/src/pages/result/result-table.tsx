import { useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { maxTableRows, type ResultRows } from '../../api/result.ts';
import { copyToClipboard } from '../../parts/copy-text.tsx';
import { finderOf, type Finder } from '../../rows/find-rows.ts';
import { widthOf, type TableColumn } from '../../rows/prepare-table.ts';
import type { Row } from '../../rows/result.ts';
import { sortRows, type Sorting } from '../../rows/sort-rows.ts';
import { useTexts } from '../../text/texts.tsx';
import { FindBox } from './find-box.tsx';
import { GridHead } from './grid-head.tsx';
import { GridRow } from './grid-row.tsx';
import { RowCount } from './row-count.tsx';
import { type FoundRows, type SearchedRows, useFoundRows } from './use-found-rows.ts';
import { useGrid } from './use-grid.ts';

interface ResultTableProps {
  readonly columns: readonly TableColumn[];
  readonly result: ResultRows;
  readonly total: number;
  /** Null: the order of the result. */
  readonly sorting: Sorting | null;
  readonly onSorting: (sorting: Sorting | null) => void;
}

/** More than are ever in the document. */
const reusedRows = 256;

/** Rows before the end at which the next page is read. */
const rowsAhead = 500;

/** The rows, of which only the visible ones are in the document: sorted, searched, and copied by the keyboard. */
export function ResultTable({ columns, result, total, sorting, onSorting }: ResultTableProps) {
  const { t } = useTexts();
  const { rows, isComplete } = result;
  const scroller = useRef<HTMLDivElement>(null);
  const [copied, setCopied] = useState(0);
  const order = useOrder(rows, columns, isComplete ? sorting : null);
  const sources = useMemo(() => columns.map(({ source }) => source), [columns]);
  const { finder, found, onText } = useFind({ rows, columns: sources, order });
  const { events, ...grid } = useGrid({ scroller, columns, rows, order, onCopied: setCopied });
  useReadAhead(result, total, grid.items.at(-1)?.index ?? 0);
  const showHit = (place: number) => {
    const at = sources.findIndex((source) => finder?.(grid.rowAt(place), source));
    grid.show({ row: place, column: at, anchorRow: place, anchorColumn: at });
  };
  return (
    <section className="result" aria-label={t('result.rows')}>
      <div className="result-tools">
        <RowCount result={result} total={total} isSorted={sorting !== null} />
        <FindBox found={found} place={grid.selection.row} onText={onText} onHit={showHit} />
        <CopyCells isUsed={grid.isUsed} copied={copied} copyText={grid.copyText} />
      </div>
      <div
        ref={scroller}
        className="grid-scroller"
        tabIndex={0}
        role="grid"
        aria-label={t('result.table')}
        aria-describedby="grid-keys"
        aria-multiselectable="true"
        aria-readonly="true"
        aria-rowcount={total + 1}
        aria-colcount={columns.length}
        aria-activedescendant={grid.cursorId}
        {...events}
      >
        <Rows {...{ columns, result, total, sorting, onSorting, finder, grid }} />
      </div>
      <p className="hint" id="grid-keys">
        {t('grid.keys')}
      </p>
    </section>
  );
}

interface CopyCellsProps {
  /** Whether cells were chosen. */
  readonly isUsed: boolean;
  readonly copied: number;
  readonly copyText: () => string;
}

function CopyCells({ isUsed, copied, copyText }: CopyCellsProps) {
  const { t } = useTexts();
  return (
    <>
      <button
        type="button"
        className="button small"
        disabled={!isUsed}
        onClick={() => void copyToClipboard(copyText())}
      >
        {t('grid.copy')}
      </button>
      <span className="visually-hidden" role="status">
        {copied > 0 && t('grid.copied', { count: copied })}
      </span>
    </>
  );
}

interface RowsProps extends ResultTableProps {
  readonly finder: Finder | null;
  readonly grid: Omit<ReturnType<typeof useGrid>, 'events'>;
}

function Rows({ columns, result, total, sorting, onSorting, finder, grid }: RowsProps) {
  const { rows, isComplete, readAll } = result;
  const { items, cells, selection, heightPx, isUsed } = grid;
  const { template, minWidth } = useMemo(() => layoutOf(columns, rows), [columns, rows]);
  return (
    <div className="grid" role="presentation" style={{ minWidth }}>
      <GridHead
        {...{ columns, template, sorting }}
        canSort={isComplete || total <= maxTableRows}
        onSort={(next) => {
          // Rows that were not read have no place in the order.
          readAll?.();
          onSorting(next);
        }}
      />
      <div role="rowgroup" className="grid-body" style={{ height: heightPx }}>
        {items.map(({ index, start }) => {
          const isSelected = isUsed && index >= cells.firstRow && index <= cells.lastRow;
          return (
            <GridRow
              // Rows that are scrolled out become those that are scrolled in.
              key={index % reusedRows}
              {...{ columns, template, finder }}
              place={index}
              row={grid.rowAt(index)}
              startPx={start}
              firstSelected={isSelected ? cells.firstColumn : -1}
              lastSelected={isSelected ? cells.lastColumn : -1}
              cursor={index === selection.row ? selection.column : -1}
            />
          );
        })}
      </div>
    </div>
  );
}

interface Find {
  readonly finder: Finder | null;
  readonly found: FoundRows;
  readonly onText: (text: string) => void;
}

/** Finds a typed text. The finder follows the text when the page has time. */
function useFind(searched: SearchedRows): Find {
  const { tag } = useTexts();
  const [wanted, setWanted] = useState('');
  const text = useDeferredValue(wanted);
  const finder = useMemo(() => finderOf(text, tag), [text, tag]);
  const found = useFoundRows(searched, finder);
  // Hits of an earlier text are none of this one.
  return { finder, found: wanted === text ? found : { hits: [], isSearching: true }, onText: setWanted };
}

function useOrder(
  rows: readonly Row[],
  columns: readonly TableColumn[],
  sorting: Sorting | null,
): readonly number[] | null {
  const { tag } = useTexts();
  const [column, isDescending] = [sorting?.column, sorting?.isDescending ?? false];
  return useMemo(() => {
    const source = columns.find(({ name }) => name === column)?.source;
    return source === undefined ? null : sortRows(rows, source, isDescending, tag);
  }, [rows, columns, column, isDescending, tag]);
}

/** Reads the next page when the last one is nearly seen. */
function useReadAhead({ rows, readMore }: ResultRows, total: number, lastShown: number): void {
  useEffect(() => {
    if (rows.length < total && lastShown > rows.length - rowsAhead) readMore();
  }, [lastShown, rows.length, total, readMore]);
}

/** Columns share the space that is left in proportion to the widths that they need. */
function layoutOf(columns: readonly TableColumn[], rows: readonly Row[]) {
  const widths = columns.map((column) => widthOf(column, rows));
  return {
    template: widths.map((width) => `minmax(${width}ch, ${width}fr)`).join(' '),
    minWidth: `${widths.reduce((sum, width) => sum + width, 0)}ch`,
  };
}
