import type { OutputColumn } from '@hourglass/query';
import { ReportImpossible } from '@hourglass/reports';

/** A number or a text as it is; null leaves the cell empty. */
export type SheetCell = string | number | null;

/** Excel's limit of a cell, in UTF-16 code units. */
const maxCellCharacters = 32_767;

/** Characters that XML 1.0 cannot hold, and CR, which XML parsers change. */
const unsafe = String.raw`\u0000-\u0008\u000b\u000c\u000e-\u001f\r\ufffe\uffff`;
const unsafeCharacter = new RegExp(`[${unsafe}]`, 'g');
/** An underscore that would begin an escape, possibly together with the escape that follows it. */
const falseEscape = new RegExp(`_(?=x[0-9A-Fa-f]{4}[_${unsafe}])`, 'g');

export function headerCells(columns: readonly OutputColumn[]): SheetCell[] {
  return columns.map(({ name }) => escaped(name));
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
  return escaped(value);
}

/** Escapes characters as `_xHHHH_`, as OOXML does (ECMA-376, ST_Xstring). */
function escaped(text: string): string {
  return text
    .replace(falseEscape, '_x005F_')
    .replace(
      unsafeCharacter,
      (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`,
    );
}
