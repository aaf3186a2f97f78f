import type { CsvDelimiter, OutputColumn } from '@hourglass/query';

/** The line of column names that every CSV part begins with, its end included. Names are quoted as texts are. */
export function csvHeader(columns: readonly OutputColumn[], delimiter: CsvDelimiter): string {
  const special = ['"', '\n', '\r', delimiter];
  const names = columns.map(({ name }) =>
    name === '' || special.some((character) => name.includes(character))
      ? `"${name.replaceAll('"', '""')}"`
      : name,
  );
  return `${names.join(delimiter)}\n`;
}
