import { readFile } from 'node:fs/promises';
import type { OutputColumn } from '@hourglass/query';
import { parquetRows } from '../src/read/parquet-rows.ts';

/** Reads a Parquet file as lines of NDJSON, with another library than the one that wrote it. */
export async function parquetLines(file: string, columns: readonly OutputColumn[]): Promise<string[]> {
  const lines: string[] = [];
  for await (const batch of parquetRows(await readFile(file), columns)) lines.push(...batch);
  return lines;
}
