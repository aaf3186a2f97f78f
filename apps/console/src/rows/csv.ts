import type { Column } from './result.ts';
import { valueTextsOf } from './row-texts.ts';

/**
 * Writes a row of a result view as a line of CSV, as the API does.
 */
export function csvLine(row: string): string {
  const values = valueTextsOf(row);
  // Readers skip an empty line.
  if (values.length === 1 && values[0] === 'null') return '""\n';
  return `${values.map(csvValue).join(',')}\n`;
}

function csvValue(value: string): string {
  if (value === 'null') return '';
  return value.startsWith('"') ? csvText(JSON.parse(value) as string) : value;
}

export function csvHeader(columns: readonly Pick<Column, 'name'>[]): string {
  return `${columns.map(({ name }) => csvText(name)).join(',')}\n`;
}

function csvText(text: string): string {
  return text === '' || /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
