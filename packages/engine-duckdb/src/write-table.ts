import { rm, stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  compileTableRows,
  integerOverflow,
  outputColumns,
  type BoundPlan,
  type OutputColumn,
  type SqlStatement,
} from '@hourglass/query';
import { ReportImpossible, type RowFile } from '@hourglass/reports';
import { runStatement } from './statements.ts';

const table = 'report_rows';

/** A file of this size holds more rows than a gzip part, and a reader can keep it in memory. */
const targetFileBytes = 16 * 1024 * 1024;

/** The values of a row group, which readers decode at once. */
const rowGroupValues = 256 * 1024;

/** Bytes of a value in the first file. Later files are sized by the bytes of the rows before them. */
const assumedValueBytes = 16;

/** DuckDB appends rows to a row group by vectors of this size. */
const vectorRows = 2048;
/** DuckDB's default. */
const maxRowGroupRows = 60 * vectorRows;

export interface TableTask {
  readonly boundPlan: BoundPlan;
  /** Returns the rows with the columns of `compileReportTable`. */
  readonly statement: SqlStatement;
  /** Returns the path of the file with this index, which counts from 0. */
  readonly pathOf: (index: number) => string;
  /** Whether a report without rows gets a file. */
  readonly needsFile: boolean;
  /** Approximate size of a file. Default: 16 MiB. */
  readonly fileBytes?: number | undefined;
}

/**
 * Writes the rows of a report to Parquet files: equal rows give equal bytes. Several threads would
 * write the rows of consecutive files in any order, so the rows are put into a temporary table first,
 * which may spill. After an error no file is left, and the connection must not be used again.
 * @throws ReportImpossible for an integer beyond 64 bits
 */
export async function writeTable(connection: DuckDBConnection, task: TableTask): Promise<RowFile[]> {
  const columns = outputColumns(task.boundPlan);
  const { sql, parameters } = task.statement;
  try {
    await runStatement(connection, { sql: `create temp table ${table} as ${sql}`, parameters });
  } catch (error) {
    throw asOverflow(error, columns);
  }
  const files = await writeFiles(connection, columns, task);
  await connection.run(`drop table ${table}`);
  return files;
}

async function writeFiles(
  connection: DuckDBConnection,
  columns: readonly OutputColumn[],
  { pathOf, needsFile, fileBytes = targetFileBytes }: TableTask,
): Promise<RowFile[]> {
  const rows = await countRows(connection);
  if (rows === 0 && !needsFile) return [];
  const files: RowFile[] = [];
  let first = 0;
  let fileRows = wholeVectors(fileBytes / assumedValueBytes / columns.length);
  try {
    do {
      const endExclusive = Math.min(rows, first + fileRows);
      const path = pathOf(files.length);
      files.push({ path, rows: endExclusive - first });
      await writeFile(connection, columns, { path, first, endExclusive });
      const { size } = await stat(path);
      fileRows = wholeVectors((fileBytes * (endExclusive - first)) / size);
      first = endExclusive;
    } while (first < rows);
    return files;
  } catch (error) {
    await removeFiles(files);
    throw error;
  }
}

/** Removes what can be removed: the directory of the attempt is deleted later anyway. */
export async function removeFiles(files: readonly RowFile[]): Promise<void> {
  await Promise.allSettled(files.map(({ path }) => rm(path, { force: true })));
}

async function countRows(connection: DuckDBConnection): Promise<number> {
  const result = await connection.run(`select count(*) from ${table}`);
  const [[rows] = []] = await result.getRows();
  if (typeof rows !== 'bigint') throw new TypeError('the engine did not count the rows of the report');
  return Number(rows);
}

async function writeFile(
  connection: DuckDBConnection,
  columns: readonly OutputColumn[],
  { path, ...rows }: { readonly path: string; readonly first: number; readonly endExclusive: number },
): Promise<void> {
  const { sql, parameters } = compileTableRows(table, columns, rows);
  const groupRows = Math.min(maxRowGroupRows, wholeVectors(rowGroupValues / columns.length));
  const options = `format parquet, compression zstd, row_group_size ${groupRows}, use_tmp_file false`;
  const copy = `copy (${sql}) to $${parameters.length + 1} (${options})`;
  await runStatement(connection, { sql: copy, parameters: [...parameters, path] });
}

function wholeVectors(rows: number): number {
  return Math.max(1, Math.floor(rows / vectorRows)) * vectorRows;
}

function asOverflow(error: unknown, columns: readonly OutputColumn[]): unknown {
  const [, index] = new RegExp(`${integerOverflow}(\\d+)`).exec(String(error)) ?? [];
  const column = index === undefined ? undefined : columns[Number(index)];
  return column === undefined ? error : new ReportImpossible('integerTooLarge', { column: column.name });
}
