import { memo } from 'react';
import type { TableColumn } from '../../rows/prepare-table.ts';
import type { Finder } from '../../rows/find-rows.ts';
import type { Row } from '../../rows/result.ts';

interface GridRowProps {
  /** Counted from 0, in the order that is shown. */
  readonly place: number;
  readonly row: Row;
  readonly columns: readonly TableColumn[];
  readonly template: string;
  readonly startPx: number;
  /** The selected columns; -1: none. */
  readonly firstSelected: number;
  readonly lastSelected: number;
  /** The column of the cursor; -1: it is in another row. */
  readonly cursor: number;
  readonly finder: Finder | null;
}

export const cellId = (place: number, column: number) => `cell-${place}-${column}`;

/** A row of the table. It is drawn again only when it changes, so that scrolling draws new rows only. */
export const GridRow = memo(function GridRow(props: GridRowProps) {
  const { place, row, columns, template, startPx } = props;
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      className="grid-row"
      style={{ transform: `translateY(${startPx}px)`, gridTemplateColumns: template }}
    >
      {columns.map((column, index) => (
        <Cell key={column.name} column={column} index={index} {...props} row={row} />
      ))}
    </div>
  );
});

interface CellProps extends Omit<GridRowProps, 'columns' | 'template' | 'startPx'> {
  readonly column: TableColumn;
  readonly index: number;
}

function Cell({ column, index, row, place, firstSelected, lastSelected, cursor, finder }: CellProps) {
  const text = column.text(row);
  const isSelected = index >= firstSelected && index <= lastSelected;
  const isFound = finder?.(row, column.source) ?? false;
  return (
    <div
      role="gridcell"
      id={cellId(place, index)}
      aria-colindex={index + 1}
      aria-selected={isSelected}
      data-place={place}
      data-column={index}
      data-cursor={cursor === index || undefined}
      className={column.isNumber ? 'cell number' : 'cell'}
      title={column.exact(row) ?? text}
    >
      {isFound ? <mark>{text}</mark> : text}
    </div>
  );
}
