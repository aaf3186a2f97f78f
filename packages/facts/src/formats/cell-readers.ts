import type { ColumnType } from '@hourglass/query';
import { readExactNumber } from './exact-number.ts';

type CellReader = (text: string) => string | number | boolean;

const booleans: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
]);

/**
 * A value of a fact that was written as text. What is no value of the type stays text, for the check by the
 * catalogue to name the field.
 */
export const cellReaders: Readonly<Record<ColumnType, CellReader>> = {
  text: (text) => text,
  integer: (text) => readExactNumber(text) ?? text,
  decimal: (text) => readExactNumber(text) ?? text,
  float: (text) => readExactNumber(text) ?? text,
  boolean: (text) => booleans.get(text.toLowerCase()) ?? text,
  timestamp: (text) => (/^-?\d+$/.test(text) ? Number(text) : text),
};
