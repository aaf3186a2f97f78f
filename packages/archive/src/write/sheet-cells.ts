import type { OutputColumn } from '@hourglass/query';
import { ReportImpossible } from '@hourglass/reports';
import { maxCellCharacters, sheetText } from '../sheet-text.ts';

/** A number or a text as it is; null leaves the cell empty. */
export type SheetCell = string | number | null;

export function headerCells(columns: readonly OutputColumn[]): SheetCell[] {
  return columns.map(({ name }) => sheetText(name));
}

/**
 * Converts the values of a row: a whole number is a number up to 2^53, beyond it a text with every
 * digit; other texts stay texts, whatever they look like.
 * @throws ReportImpossible for a text that is longer than a cell
 */
export function sheetCells(
  values: readonly (string | number | null)[],
  columns: readonly OutputColumn[],
): SheetCell[] {
  const cells = columns.map((column, index) => sheetCell(values[index] ?? null, column));
  // The library leaves out a row without cells.
  return cells.some((cell) => cell !== null) ? cells : [''];
}

function sheetCell(value: string | number | null, { name, shows }: OutputColumn): SheetCell {
  if (typeof value !== 'string') return value;
  if (shows === 'integer' && Number.isSafeInteger(Number(value))) return Number(value);
  if (value.length > maxCellCharacters) {
    throw new ReportImpossible('sheetCell', { column: name, characters: maxCellCharacters });
  }
  return sheetText(value);
}
