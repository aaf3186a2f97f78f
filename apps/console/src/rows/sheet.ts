import { maxCellCharacters, sheetText } from '@hourglass/archive/sheet-text';
import { numberOf, type Column } from './result.ts';
import { valueTextsOf } from './row-texts.ts';

export type SheetCell = string | number | null;

/** Rows of a sheet of Excel, without the one of names. */
export const maxSheetRows = 2 ** 20 - 1;

/** A text that no cell can hold. */
export class CellTooLong extends Error {
  readonly column: string;

  constructor(column: string) {
    super(`a text of ${column} is longer than a cell`);
    this.name = 'CellTooLong';
    this.column = column;
  }
}

export function sheetHeader(columns: readonly Pick<Column, 'name'>[]): SheetCell[] {
  return columns.map(({ name }) => sheetText(name));
}

/**
 * Converts a row of a result view to cells, as the API does: a number is a number unless it would lose digits, and a text stays one,
 * whatever it looks like.
 * @throws CellTooLong
 */
export function sheetRow(row: string, columns: readonly Pick<Column, 'name' | 'type'>[]): SheetCell[] {
  const texts = valueTextsOf(row);
  const cells = columns.map((column, index) => cellOf(texts[index] ?? 'null', column));
  // The library leaves out a row without cells.
  return cells.some((cell) => cell !== null) ? cells : [''];
}

function cellOf(text: string, { name, type }: Pick<Column, 'name' | 'type'>): SheetCell {
  if (text === 'null') return null;
  const value = text.startsWith('"') ? (JSON.parse(text) as string) : text;
  const number = type === 'INTEGER' || type === 'FLOAT' ? numberOf(value) : null;
  if (number !== null && (type === 'FLOAT' || Number.isSafeInteger(number))) return number;
  if (value.length > maxCellCharacters) throw new CellTooLong(name);
  return sheetText(value);
}
