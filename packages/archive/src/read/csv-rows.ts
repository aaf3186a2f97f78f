import { pipeline, type Readable } from 'node:stream';
import { isDeepStrictEqual } from 'node:util';
import { parse } from 'csv-parse';
import type { OutputColumn } from '@hourglass/query';

/** Rows at a time. */
const batchRows = 500;

/**
 * The rows of one part as NDJSON would have them: a cell without anything in it is null, `""` is empty text.
 * @throws Error when the header does not name the columns, and the parser's own for what is no table of them.
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

/** Its rows, every cell as JSON. */
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
      if (text === '' && !quoting) return 'null';
      // A float is written alike in both formats.
      return columns[index]?.kind === 'text' ? JSON.stringify(text) : text;
    },
  });
  const header = columns.map(({ name }) => name);
  let headerRead = false;
  // The iteration meets the error of any of the two.
  const records: AsyncIterable<readonly string[]> = pipeline(part, parser, () => undefined);
  for await (const record of records) {
    if (headerRead) yield record;
    else if (!isDeepStrictEqual(record, header)) throw new Error('a part begins with another header');
    headerRead = true;
  }
  if (!headerRead) throw new Error('a part has no header');
}
