import { pipeline, type Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse';
import { unguardFormula, type CsvOutput, type OutputColumn } from '@hourglass/query';
import { headerNames } from '../write/csv-header.ts';

/** The number of rows per batch. */
const batchRows = 500;

/**
 * Yields batches of a part's rows as NDJSON: an empty cell is null, `""` is empty text, except for a
 * number, which is null. Earlier versions wrote a row of one null as an empty line.
 * @throws Error when the header differs from the columns; the parser's error when a row does
 */
export async function* csvRows(
  part: Readable,
  columns: readonly OutputColumn[],
  output: CsvOutput,
): AsyncGenerator<readonly string[]> {
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  let batch: string[] = [];
  for await (const cells of cellsOf(part, columns, output)) {
    batch.push(`{${cells.map((json, index) => `${keys[index]}${json}`).join(',')}}`);
    if (batch.length < batchRows) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** Yields rows, each cell as JSON. */
async function* cellsOf(
  part: Readable,
  columns: readonly OutputColumn[],
  output: CsvOutput,
): AsyncGenerator<readonly string[]> {
  const { delimiter, bom = false, header = true, safe = false } = output;
  const parser = parse({
    delimiter,
    bom,
    record_delimiter: '\n',
    cast(text, { records: recordsBefore, quoting, index }) {
      if (header && recordsBefore === 0) return text;
      const column = columns[index];
      const isNumber = column?.kind === 'float' || column?.isDigits === true;
      if (text === '' && (!quoting || isNumber)) return 'null';
      // Both formats write floats alike.
      if (column?.kind !== 'text') return text;
      return JSON.stringify(safe && column.shows === undefined ? unguardFormula(text) : text);
    },
  });
  const names = headerNames(columns, output);
  let isHeader = header;
  // An error of either stream is thrown by the iteration.
  const records: AsyncIterable<readonly string[]> = pipeline(part, parser, () => undefined);
  for await (const record of records) {
    if (!isHeader) yield record;
    else if (!isDeepStrictEqual(record, names))
      throw new Error('the header of a part differs from the columns');
    isHeader = false;
  }
  if (isHeader) throw new Error('a part has no header');
}
