import { setImmediate } from 'node:timers/promises';
import { decompress } from 'fzstd';
import { parquetRead, type FileMetaData } from 'hyparquet';
import type { OutputColumn } from '@hourglass/query';
import { arrayBufferOf, parquetFooter } from './parquet-file.ts';
import { jsonCell, type TypedValue } from './json-cell.ts';

type ColumnValues = ArrayLike<TypedValue>;

/** The number of rows per batch. */
const batchRows = 500;

/**
 * Yields batches of a part's rows as NDJSON. Holds the part and the values of one row group, and blocks
 * the event loop for the values of one column.
 * @throws Error when the columns differ; the parser's error when the part is damaged
 */
export async function* parquetRows(
  part: Buffer,
  columns: readonly OutputColumn[],
): AsyncGenerator<readonly string[]> {
  const metadata = parquetFooter(part);
  requireColumns(metadata, columns);
  const readColumn = createColumnReader(part, metadata);
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  let first = 0;
  for (const group of metadata.row_groups) {
    const rows = { first, endExclusive: first + Number(group.num_rows) };
    const values: ColumnValues[] = [];
    for (const { name } of columns) values.push(await readColumn(name, rows));
    const jsonRow = (row: number) =>
      `{${columns.map((column, index) => `${keys[index]}${jsonCell(values[index]?.[row], column)}`).join(',')}}`;
    for (; first < rows.endExclusive; first += batchRows) {
      const length = Math.min(batchRows, rows.endExclusive - first);
      const start = first - rows.first;
      yield Array.from({ length }, (_, row) => jsonRow(start + row));
      await setImmediate();
    }
    first = rows.endExclusive;
  }
}

function requireColumns({ schema }: FileMetaData, columns: readonly OutputColumn[]): void {
  const names = schema.slice(1).map(({ name }) => name);
  if (JSON.stringify(names) !== JSON.stringify(columns.map(({ name }) => name)))
    throw new Error('the columns of a part differ from those of the query');
}

function createColumnReader(part: Buffer, metadata: FileMetaData) {
  const file = arrayBufferOf(part);
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const options = {
    ...{ file, metadata },
    compressors: { ZSTD: (input: Uint8Array) => decompress(input) },
    parsers: { stringFromBytes: (bytes: Uint8Array | undefined) => bytes && decoder.decode(bytes) },
  };
  return async function readColumn(
    name: string,
    { first, endExclusive }: { readonly first: number; readonly endExclusive: number },
  ): Promise<ColumnValues> {
    const pages: ColumnValues[] = [];
    await parquetRead({
      ...{ ...options, rowStart: first, rowEnd: endExclusive, columns: [name] },
      onChunk: ({ columnData }) => void pages.push(columnData),
    });
    await setImmediate();
    const values = pages.flatMap((page) => Array.from(page));
    if (values.length !== endExclusive - first)
      throw new Error('a row group has not as many rows as its part says');
    return values;
  };
}
