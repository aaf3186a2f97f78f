import { useVirtualizer } from '@tanstack/react-virtual';
import {
  useEffect,
  useEffectEvent,
  useMemo,
  useRef,
  useState,
  type DOMAttributes,
  type RefObject,
} from 'react';
import type { TableColumn } from '../../rows/prepare-table.ts';
import type { Row } from '../../rows/result.ts';
import { cellsOf, firstCell, moveSelection, type Selection } from '../../rows/selection.ts';
import { tsvOf } from '../../rows/tsv.ts';
import { cellId } from './grid-row.tsx';

const rowHeightPx = 34;

interface GridContent {
  readonly scroller: RefObject<HTMLDivElement | null>;
  readonly columns: readonly TableColumn[];
  readonly rows: readonly Row[];
  readonly order: readonly number[] | null;
  readonly onCopied: (cells: number) => void;
}

/** The behaviour of the table: which rows are in the document, the cursor, the selection, and copying. */
export function useGrid({ scroller, columns, rows, order, onCopied }: GridContent) {
  const [selection, setSelection] = useState<Selection>(firstCell);
  const { getVirtualItems, getTotalSize, scrollToIndex } = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    // The header covers the first rows otherwise.
    scrollPaddingStart: rowHeightPx * 2,
  });
  useColumnInView(selection);
  const cells = useMemo(() => cellsOf(selection), [selection]);
  const rowAt = (place: number): Row => rows[order?.[place] ?? place] ?? {};
  const show = (next: Selection) => {
    setSelection(next);
    scrollToIndex(next.row);
  };
  const copyText = () => {
    const selected = columns.slice(cells.firstColumn, cells.lastColumn + 1);
    const endExclusive = Math.min(cells.lastRow + 1, rows.length);
    const length = Math.max(0, endExclusive - cells.firstRow);
    onCopied(length * selected.length);
    return tsvOf(
      Array.from({ length }, (_row, index) => rowAt(cells.firstRow + index)),
      selected,
    );
  };
  useCopy(scroller, copyText);
  const items = getVirtualItems();
  const isCursorThere = items.some(({ index }) => index === selection.row);
  return {
    ...{ items, heightPx: getTotalSize(), cells, selection, rowAt, show, copyText },
    // The first cell is not marked before the table is used.
    isUsed: selection !== firstCell,
    cursorId: isCursorThere ? cellId(selection.row, selection.column) : undefined,
    events: gridEvents({
      ...{ selection, setSelection, show },
      rows: rows.length,
      columns: columns.length,
    }),
  };
}

interface GridActions {
  readonly selection: Selection;
  readonly setSelection: (selection: Selection) => void;
  readonly show: (selection: Selection) => void;
  readonly rows: number;
  readonly columns: number;
}

/** Handlers of the element that scrolls, for the cells in it. */
function gridEvents({ selection, setSelection, show, ...size }: GridActions): DOMAttributes<HTMLElement> {
  return {
    onKeyDown(event) {
      const { key, shiftKey: isShift, target, currentTarget } = event;
      // The buttons of the header have keys of their own.
      if (target !== currentTarget) return;
      const pageRows = Math.max(1, Math.floor(currentTarget.clientHeight / rowHeightPx) - 2);
      const pressed = { key, isShift, isControl: event.ctrlKey || event.metaKey };
      const next = moveSelection(selection, pressed, { ...size, pageRows });
      if (next === null) return;
      event.preventDefault();
      show(next);
    },
    onPointerDown({ target, button, shiftKey }) {
      const cell = cellOf(target);
      if (cell === null || button !== 0) return;
      const { row, column } = cell;
      setSelection(
        shiftKey ? { ...selection, row, column } : { row, column, anchorRow: row, anchorColumn: column },
      );
    },
    onPointerOver({ target, buttons }) {
      const cell = buttons === 1 ? cellOf(target) : null;
      if (cell !== null) setSelection({ ...selection, ...cell });
    },
  };
}

/** Without selected text the event is that of the page, wherever the focus is. */
function useCopy(scroller: RefObject<HTMLElement | null>, copyText: () => string): void {
  const copy = useEffectEvent((event: ClipboardEvent) => {
    if (document.activeElement !== scroller.current || !document.getSelection()?.isCollapsed) return;
    event.preventDefault();
    event.clipboardData?.setData('text/plain', copyText());
  });
  useEffect(() => {
    const onCopy = (event: ClipboardEvent) => copy(event);
    document.addEventListener('copy', onCopy);
    return () => document.removeEventListener('copy', onCopy);
  }, []);
}

/** The table scrolls vertically by itself; a cell may be outside at the side. */
function useColumnInView({ row, column }: Selection): void {
  const isFirst = useRef(true);
  useEffect(() => {
    // The page must not scroll to the table when it opens.
    if (isFirst.current) {
      isFirst.current = false;
      return;
    }
    const cell = document.querySelector(`#${cellId(row, column)}`);
    const scroller = cell?.closest('.grid-scroller');
    if (!(cell instanceof HTMLElement) || !(scroller instanceof HTMLElement)) return;
    const right = cell.offsetLeft + cell.offsetWidth;
    if (cell.offsetLeft < scroller.scrollLeft) scroller.scrollLeft = cell.offsetLeft;
    else if (right > scroller.scrollLeft + scroller.clientWidth)
      scroller.scrollLeft = right - scroller.clientWidth;
  }, [row, column]);
}

function cellOf(target: EventTarget): { row: number; column: number } | null {
  const cell = target instanceof Element ? target.closest('[data-place]') : null;
  if (!(cell instanceof HTMLElement)) return null;
  return { row: Number(cell.dataset['place']), column: Number(cell.dataset['column']) };
}
