import { rm } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { RowFile } from '@hourglass/reports';

/** Reads names, types and rows of all files as one text and their numbers of rows, and removes the files. */
export async function parquetOf(
  files: AsyncIterable<RowFile>,
): Promise<{ readonly text: string; readonly rows: readonly number[] }> {
  const texts: string[] = [];
  const rows: number[] = [];
  let head = '';
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    for await (const file of files) {
      const read = await connection.runAndReadAll(`select * from read_parquet('${file.path}')`);
      head = JSON.stringify([read.columnNames(), read.columnTypes().map(String)]);
      texts.push(...read.getRowsJson().map((row) => JSON.stringify(row)));
      rows.push(file.rows);
      await rm(file.path);
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return { text: [head, ...texts].join('\n'), rows };
}
