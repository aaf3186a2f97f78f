import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  compileReportLines,
  compileReportTable,
  duckdbViewDialect,
  type SqlStatement,
} from '@hourglass/query';
import type { EngineTask, RowFile } from '@hourglass/reports';
import { computeReport, type ComputedPart } from './compute-report.ts';
import type { EngineContext } from './engine-context.ts';
import { watchProgress } from './watch-progress.ts';
import { writeLines } from './write-lines.ts';
import { removeFiles, writeTable } from './write-table.ts';

/**
 * Writes the rows of a report to one file, or to several consecutive files. Each is yielded before
 * the next is computed. Throws the engine's errors.
 */
export function writeReport(task: EngineTask, engine: EngineContext): AsyncGenerator<RowFile, void> {
  const writing: Writing = { task, fileBytes: engine.parquetFileBytes, files: 0 };
  return computeReport(task, engine, {
    emit: (connection, part) => writePart(connection, part, writing),
    maxCoveringMs: null,
  });
}

interface Writing {
  readonly task: EngineTask;
  readonly fileBytes: number | undefined;
  /** Number of files written so far. */
  files: number;
}

/** Writes lines to one file, typed rows to any number of files. After an error no file is left. */
async function* writePart(
  connection: DuckDBConnection,
  part: ComputedPart,
  writing: Writing,
): AsyncGenerator<RowFile, void> {
  const { signal } = writing.task;
  const stopWatching = watchProgress(connection, part.onProgress);
  const files = await writeFiles(connection, part, writing).finally(stopWatching);
  if (signal.aborted) {
    await removeFiles(files);
    throw signal.reason;
  }
  writing.files += files.length;
  await part.finish(files.reduce((sum, { rows }) => sum + rows, 0));
  yield* files;
}

function writeFiles(
  connection: DuckDBConnection,
  { boundPlan, isLast }: ComputedPart,
  { task, fileBytes, files }: Writing,
): Promise<readonly RowFile[]> {
  const pathOf = (index: number) => path.resolve(task.directory, `rows-${files + index}`);
  if (task.plan.output.format !== 'parquet')
    return writeLineFile(connection, compileReportLines(boundPlan, duckdbViewDialect), pathOf(0));
  return writeTable(connection, {
    boundPlan,
    statement: compileReportTable(boundPlan, duckdbViewDialect),
    pathOf,
    needsFile: isLast && files === 0,
    fileBytes,
  });
}

async function writeLineFile(
  connection: DuckDBConnection,
  statement: SqlStatement,
  file: string,
): Promise<readonly RowFile[]> {
  try {
    return [{ path: file, rows: await writeLines(connection, statement, file) }];
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}
