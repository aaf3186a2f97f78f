import type { Column, Row } from './result.ts';

/** Writes rows as spreadsheets paste them: values with every digit, divided by tabs. Missing values are empty. */
export function tsvOf(rows: Iterable<Row>, columns: readonly Pick<Column, 'name'>[]): string {
  const lines: string[] = [];
  for (const row of rows) lines.push(columns.map(({ name }) => tsvValue(row[name])).join('\t'));
  return lines.join('\n');
}

function tsvValue(value: Row[string] | undefined): string {
  const text = String(value ?? '');
  return /["\t\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
