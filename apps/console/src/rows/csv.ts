import type { Column } from './result.ts';

const token = /"(?:[^"\\]|\\.)*"|[^\s,:{}"]+/g;

/**
 * Writes a row of a result view as a line of CSV, as the API does. It is read as text, because a number of JavaScript would lose
 * the digits of `5.0`.
 */
export function csvLine(row: string): string {
  // Names and values alternate.
  const values = (row.match(token) ?? []).filter((_text, index) => index % 2 === 1);
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
