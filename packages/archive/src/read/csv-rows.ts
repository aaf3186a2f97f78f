import { pipeline, type Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse';
import type { OutputColumn } from '@hourglass/query';

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
  delimiter: string,
): AsyncGenerator<readonly string[]> {
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  let batch: string[] = [];
  for await (const cells of cellsOf(part, columns, delimiter)) {
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
  delimiter: string,
): AsyncGenerator<readonly string[]> {
  const parser = parse({
    delimiter,
    record_delimiter: '\n',
    cast(text, { records: recordsBefore, quoting, index }) {
      if (recordsBefore === 0) return text;
      const column = columns[index];
      const isNumber = column?.kind === 'float' || column?.isDigits === true;
      if (text === '' && (!quoting || isNumber)) return 'null';
      // Both formats write floats alike.
      return column?.kind === 'text' ? JSON.stringify(text) : text;
    },
  });
  const header = columns.map(({ name }) => name);
  let headerRead = false;
  // An error of either stream is thrown by the iteration.
  const records: AsyncIterable<readonly string[]> = pipeline(part, parser, () => undefined);
  for await (const record of records) {
    if (headerRead) yield record;
    else if (!isDeepStrictEqual(record, header))
      throw new Error('the header of a part differs from the columns');
    headerRead = true;
  }
  if (!headerRead) throw new Error('a part has no header');
}
