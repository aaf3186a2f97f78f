import type { DuckDBConnection } from '@duckdb/node-api';
import { compileReport, duckdbViewDialect } from '@hourglass/query';
import type { EngineTask, RowBatch } from '@hourglass/reports';
import { computeReport, type ComputedPart } from './compute-report.ts';
import { discardRows } from './discard-rows.ts';
import type { EngineContext } from './engine-context.ts';
import { rowBatches } from './row-batches.ts';
import { startStatement } from './statements.ts';

/**
 * Yields the rows of a report in its order, which are those that `writeReport` writes. A report that fails after rows
 * of a part were yielded is not continued. Throws the engine's errors.
 */
export function streamReport(task: EngineTask, engine: EngineContext): AsyncGenerator<RowBatch, void> {
  return computeReport(task, engine, {
    emit: (connection, part) => streamPart(connection, part, task.signal),
    maxCoveringMs: engine.maxCoveringMs,
  });
}

async function* streamPart(
  connection: DuckDBConnection,
  part: ComputedPart,
  signal: AbortSignal,
): AsyncGenerator<RowBatch, void> {
  const result = await startStatement(connection, compileReport(part.boundPlan, duckdbViewDialect));
  let rows = 0;
  let isComplete = false;
  try {
    for await (const batch of rowBatches(result, signal)) {
      rows += batch.rowCount;
      yield batch;
    }
    isComplete = true;
  } finally {
    if (!isComplete) await discardRows(connection, result);
  }
  await part.finish(rows);
}
