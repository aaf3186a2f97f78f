/** A cell, and the opposite corner of the selected cells; both are the same for one cell. */
export interface Selection {
  readonly row: number;
  readonly column: number;
  readonly anchorRow: number;
  readonly anchorColumn: number;
}

export interface GridSize {
  readonly rows: number;
  readonly columns: number;
  /** Rows that are visible at once. */
  readonly pageRows: number;
}

export interface PressedKey {
  readonly key: string;
  readonly isShift: boolean;
  /** Control, or Command on a Mac. */
  readonly isControl: boolean;
}

export interface SelectedCells {
  readonly firstRow: number;
  readonly lastRow: number;
  readonly firstColumn: number;
  readonly lastColumn: number;
}

export const firstCell: Selection = { row: 0, column: 0, anchorRow: 0, anchorColumn: 0 };

/** Returns the selection after a key, as grids of ARIA move. Null: the key moves nothing. */
export function moveSelection(selection: Selection, pressed: PressedKey, size: GridSize): Selection | null {
  const { rows, columns } = size;
  if (rows === 0 || columns === 0) return null;
  const { key, isShift, isControl } = pressed;
  if (isControl && key.toLowerCase() === 'a')
    return { row: 0, column: 0, anchorRow: rows - 1, anchorColumn: columns - 1 };
  if (key === ' ' && isShift) return { ...selection, column: 0, anchorColumn: columns - 1 };
  const moved = movedCell(selection, pressed, size);
  if (moved === null) return null;
  const row = within(moved.row, rows);
  const column = within(moved.column, columns);
  return isShift ? { ...selection, row, column } : { row, column, anchorRow: row, anchorColumn: column };
}

function movedCell(
  { row, column }: Selection,
  { key, isControl }: PressedKey,
  { rows, columns, pageRows }: GridSize,
): { readonly row: number; readonly column: number } | null {
  switch (key) {
    case 'ArrowDown':
      return { row: isControl ? rows - 1 : row + 1, column };
    case 'ArrowUp':
      return { row: isControl ? 0 : row - 1, column };
    case 'ArrowRight':
      return { row, column: isControl ? columns - 1 : column + 1 };
    case 'ArrowLeft':
      return { row, column: isControl ? 0 : column - 1 };
    case 'PageDown':
      return { row: row + pageRows, column };
    case 'PageUp':
      return { row: row - pageRows, column };
    case 'Home':
      return { row: isControl ? 0 : row, column: 0 };
    case 'End':
      return { row: isControl ? rows - 1 : row, column: columns - 1 };
    default:
      return null;
  }
}

function within(index: number, count: number): number {
  return Math.max(0, Math.min(count - 1, index));
}

export function cellsOf({ row, column, anchorRow, anchorColumn }: Selection): SelectedCells {
  return {
    firstRow: Math.min(row, anchorRow),
    lastRow: Math.max(row, anchorRow),
    firstColumn: Math.min(column, anchorColumn),
    lastColumn: Math.max(column, anchorColumn),
  };
}

export function isSelected(cells: SelectedCells, row: number, column: number): boolean {
  const isInRows = row >= cells.firstRow && row <= cells.lastRow;
  return isInRows && column >= cells.firstColumn && column <= cells.lastColumn;
}
