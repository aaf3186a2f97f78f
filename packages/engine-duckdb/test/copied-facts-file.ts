import { writeFile } from 'node:fs/promises';
import type { ColumnType, FactRowColumns } from '@hourglass/query';

/**
 * Values by column name; a missing one is null. Times are ISO 8601 text or milliseconds since 1970.
 */
export type CopiedFact = Readonly<Record<string, string | number | bigint | boolean | null | undefined>>;

/** Writes facts like PostgreSQL's COPY: null is an empty field, and empty text is quoted. */
export async function writeCopiedFacts(
  file: string,
  columns: FactRowColumns,
  facts: readonly CopiedFact[],
): Promise<void> {
  const lines = facts.map((fact) =>
    columns.map(({ name, type }) => copiedField(type, fact[name] ?? null)).join(','),
  );
  await writeFile(file, [columns.map(({ name }) => name).join(','), ...lines, ''].join('\n'));
}

function copiedField(type: ColumnType, value: CopiedFact[string]): string {
  if (value === null || value === undefined) return '';
  if (type === 'timestamp' && typeof value !== 'boolean')
    return new Date(typeof value === 'bigint' ? Number(value) : value)
      .toISOString()
      .slice(0, -1)
      .replace('T', ' ');
  const text = String(value);
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
