import type { ColumnType } from '@hourglass/query/catalogue';
import { readExactNumber } from './exact-number.ts';

type CellReader = (text: string) => string | number | boolean;

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/**
 * Convert a cell of text to a value by its column type. A cell that does not fit stays text, for
 * the row checker to refuse.
 */
export const cellReaders: Readonly<Record<ColumnType, CellReader>> = {
  text: (text) => text,
  integer: (text) => readExactNumber(text) ?? text,
  decimal: (text) => readExactNumber(text) ?? text,
  float: (text) => readExactNumber(text) ?? text,
  boolean: (text) => booleans.get(text.toLowerCase()) ?? text,
  timestamp: (text) => (/^-?\d+$/.test(text) ? Number(text) : text),
};
