import type { CsvDelimiter, OutputColumn } from '@hourglass/query';

/**
 * Returns the header line of every CSV part, with its line end. Names are quoted like text cells.
 */
export function csvHeader(columns: readonly OutputColumn[], delimiter: CsvDelimiter): string {
  const special = ['"', '\n', '\r', delimiter];
  const names = columns.map(({ name }) =>
    name === '' || special.some((character) => name.includes(character))
      ? `"${name.replaceAll('"', '""')}"`
      : name,
  );
  return `${names.join(delimiter)}\n`;
}
