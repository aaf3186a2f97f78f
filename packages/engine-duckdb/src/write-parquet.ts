import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { compileShownTable } from '@hourglass/query';
import { AttemptFailure, type ParquetTask, type RowFile } from '@hourglass/reports';
import { openInstance } from './duckdb-instance.ts';
import { isTooLarge, toTaskError } from './engine-error.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import type { EngineContext } from './engine-context.ts';
import { removeFiles, writeTable } from './write-table.ts';

/**
 * Writes rows that another engine computed as the files of a report in Parquet. Equal rows give the
 * bytes of `writeReport`. Deletes the files that it has read.
 */
export async function* writeParquet(task: ParquetTask, engine: EngineContext): AsyncGenerator<RowFile, void> {
  let written = 0;
  let empty: RowFile | null = null;
  for await (const shown of task.shown) {
    if (shown.rows === 0) {
      if (empty !== null) await rm(empty.path);
      empty = shown;
      continue;
    }
    const files = await writeShown(shown, written, task, engine);
    written += files.length;
    yield* files;
  }
  // Only a report without any row has a file without rows.
  if (empty === null) return;
  if (written === 0) yield* await writeShown(empty, written, task, engine);
  else await rm(empty.path);
}

/** Names the files from the number `first` on. */
async function writeShown(
  shown: RowFile,
  first: number,
  task: ParquetTask,
  { pool, limits, parquetFileBytes }: EngineContext,
): Promise<readonly RowFile[]> {
  const write = (connection: DuckDBConnection) => {
    const stopInterrupting = interruptOnAbort(connection, task.signal);
    return writeTable(connection, {
      boundPlan: task,
      statement: compileShownTable(task, path.resolve(shown.path)),
      pathOf: (index) => path.resolve(task.directory, `parquet-${first + index}`),
      needsFile: shown.rows === 0,
      fileBytes: parquetFileBytes,
    }).finally(stopInterrupting);
  };
  try {
    task.signal.throwIfAborted();
    const files = await pool.use(write).catch(async (error: unknown) => {
      const failure = toTaskError(error, task.signal, limits);
      if (!isTooLarge(failure) || limits.threads === 1) throw failure;
      // Each thread allocates some memory.
      const instance = await openInstance(path.resolve(task.directory), { ...limits, threads: 1 });
      try {
        return await write(instance.connection);
      } finally {
        await instance.close();
      }
    });
    await requireRows(files, shown.rows);
    await rm(shown.path);
    return files;
  } catch (error) {
    throw toTaskError(error, task.signal, limits);
  }
}

async function requireRows(files: readonly RowFile[], expected: number): Promise<void> {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  if (rows === expected) return;
  await removeFiles(files);
  const cause = new Error(`${rows} rows were read; the other engine wrote ${expected}`);
  throw new AttemptFailure('computation', {}, { cause });
}
