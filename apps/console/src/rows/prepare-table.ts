import { absent, unitText } from '../plot/number-text.ts';
import type { Texts } from '../text/texts.tsx';
import type { Column, Row } from './result.ts';

export interface TableColumn {
  readonly name: string;
  /** As people read it. */
  readonly unit: string | null;
  readonly source: Column;
  readonly isNumber: boolean;
  /** The value in the digits of the language. */
  readonly text: (row: Row) => string;
  /** The value with every digit, as the result has it; null where the text shows the same. */
  readonly exact: (row: Row) => string | null;
}

/** Prepares the columns of a table in a language. */
export function prepareColumns(columns: readonly Column[], texts: Pick<Texts, 't' | 'tag'>): TableColumn[] {
  const { tag } = texts;
  const float = new Intl.NumberFormat(tag, { maximumFractionDigits: 3 });
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 2 });
  return columns.map((source) => {
    const { name, type, unit } = source;
    const isNumber = type === 'INTEGER' || type === 'FLOAT';
    const format = unit === 'ratio' ? percent : float;
    const text = (row: Row) => {
      const value = row[name];
      if (value === null || value === undefined) return absent;
      return isNumber ? numberText(value, format) : String(value);
    };
    return {
      ...{ name, unit: unitText(texts, unit), source, isNumber, text },
      exact: (row) =>
        isNumber && row[name] !== null && String(row[name]) !== text(row) ? String(row[name]) : null,
    };
  });
}

/** Whole numbers come as texts, because they may exceed 2^53. */
function numberText(value: string | number, format: Intl.NumberFormat): string {
  if (typeof value === 'number') return format.format(value);
  return /^-?\d+$/.test(value) ? format.format(BigInt(value)) : value;
}

/** Width of a character of the header, compared with one of a cell. */
const boldWidth = 1.15;

/** The width of a column in characters: that of its widest text in the first rows, within bounds. */
export function widthOf(column: TableColumn, rows: readonly Row[]): number {
  const texts = rows.slice(0, 200).map((row) => column.text(row).length);
  return Math.min(
    48,
    Math.max(8, Math.ceil(column.name.length * boldWidth), (column.unit ?? '').length, ...texts) + 3,
  );
}
