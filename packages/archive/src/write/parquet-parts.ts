import { readFile, rm } from 'node:fs/promises';
import type { RowFile } from '@hourglass/reports';
import { countParquetRows } from '../read/parquet-file.ts';
import type { PartContent, PartsContext } from './append-parts.ts';

/**
 * Yields each Parquet file as a part, and deletes it. It is compressed already.
 * @throws Error when a file has not as many rows as the engine wrote
 */
export async function* parquetParts(
  files: AsyncIterable<RowFile>,
  { task, signal }: PartsContext,
): AsyncGenerator<PartContent, void> {
  for await (const { path, rows } of files) {
    signal.throwIfAborted();
    const content = await readFile(path);
    await rm(path);
    const found = countParquetRows(content);
    if (found !== rows) throw new Error(`a part has ${found} rows; the engine wrote ${rows}`);
    yield { content, ending: 'parquet', rows, bytes: content.length };
  }
  task.onProgress?.(1);
}
