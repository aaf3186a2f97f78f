import { guardFormula, type CsvOutput, type OutputColumn } from '@hourglass/query';

const byteOrderMark = '\u{feff}';

/**
 * Returns the start of every CSV part: a byte order mark and the header line with its
 * line end, as far as the output has them. Names are quoted and guarded like text cells.
 */
export function csvHeader(columns: readonly OutputColumn[], output: CsvOutput): string {
  const { delimiter } = output;
  const mark = output.bom === true ? byteOrderMark : '';
  if (output.header === false) return mark;
  const special = ['"', '\n', '\r', delimiter];
  const names = headerNames(columns, output).map((name) =>
    name === '' || special.some((character) => name.includes(character))
      ? `"${name.replaceAll('"', '""')}"`
      : name,
  );
  return `${mark}${names.join(delimiter)}\n`;
}

/** Returns the cells of the header line. */
export function headerNames(columns: readonly OutputColumn[], { safe }: CsvOutput): string[] {
  return columns.map(({ name }) => (safe === true ? guardFormula(name) : name));
}
