import { setImmediate } from 'node:timers/promises';
import { decompress } from 'fzstd';
import { parquetRead, type FileMetaData } from 'hyparquet';
import type { OutputColumn } from '@hourglass/query';
import { arrayBufferOf, parquetFooter } from './parquet-file.ts';
import { jsonCell, type TypedValue } from './json-cell.ts';

type TypedRow = readonly TypedValue[];

/** The number of rows per batch. */
const batchRows = 500;

/**
 * Yields batches of a part's rows as NDJSON. Holds the part and the values of one row group.
 * @throws Error when the columns differ; the parser's error when the part is damaged
 */
export async function* parquetRows(
  part: Buffer,
  columns: readonly OutputColumn[],
): AsyncGenerator<readonly string[]> {
  const metadata = parquetFooter(part);
  requireColumns(metadata, columns);
  const keys = columns.map(({ name }) => `${JSON.stringify(name)}:`);
  const jsonRow = (row: TypedRow) =>
    `{${columns.map((column, index) => `${keys[index]}${jsonCell(row[index], column)}`).join(',')}}`;
  let first = 0;
  for (const { num_rows: groupRows } of metadata.row_groups) {
    const rows = await readRows(part, metadata, { first, endExclusive: first + Number(groupRows) });
    first += Number(groupRows);
    for (let start = 0; start < rows.length; start += batchRows) {
      yield rows.slice(start, start + batchRows).map(jsonRow);
      await setImmediate();
    }
  }
}

function requireColumns({ schema }: FileMetaData, columns: readonly OutputColumn[]): void {
  const names = schema.slice(1).map(({ name }) => name);
  if (JSON.stringify(names) !== JSON.stringify(columns.map(({ name }) => name)))
    throw new Error('the columns of a part differ from those of the query');
}

async function readRows(
  part: Buffer,
  metadata: FileMetaData,
  { first, endExclusive }: { readonly first: number; readonly endExclusive: number },
): Promise<readonly TypedRow[]> {
  let rows: readonly TypedRow[] = [];
  await parquetRead({
    file: arrayBufferOf(part),
    metadata,
    rowStart: first,
    rowEnd: endExclusive,
    rowFormat: 'array',
    compressors: { ZSTD: (input) => decompress(input) },
    parsers: { stringFromBytes: textOf },
    onComplete(found) {
      rows = found;
    },
  });
  if (rows.length !== endExclusive - first)
    throw new Error('a row group has not as many rows as its part says');
  return rows;
}

function textOf(bytes: Uint8Array | undefined): string | undefined {
  return bytes && new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
}
