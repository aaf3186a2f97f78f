import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import {
  compilePartial,
  compilePartialSize,
  hotFactsColumns,
  rangeOfFirstFacts,
  type PartialShape,
} from '@hourglass/query';
import type { EngineTask, PlacedPartial, PlacedSegment } from '@hourglass/reports';
import type { EngineContext } from '../engine-context.ts';
import { wantedColumns } from '../facts-view.ts';
import { selectSegments } from '../segment-relation.ts';
import { runStatement } from '../statements.ts';
import { isSumTooLarge } from './sum-too-large.ts';

export interface PartialTask extends Pick<EngineTask, 'plan' | 'dataset' | 'directory'> {
  readonly shape: PartialShape;
}

interface PartialTerms extends Pick<EngineContext, 'maxPartialRowsPerFact'> {
  /** Facts of the sample that decides first whether partials are worth their time. Null: it is known that they are. */
  readonly sampleFacts: number | null;
}

/**
 * Computes the partial of a segment. Returns null if it is not worth keeping, or a sum does not fit into
 * it.
 */
export async function computePartial(
  connection: DuckDBConnection,
  task: PartialTask,
  segment: PlacedSegment,
  { sampleFacts, maxPartialRowsPerFact }: PartialTerms,
): Promise<PlacedPartial | null> {
  if (sampleFacts !== null) {
    const sampled = Math.min(sampleFacts, segment.facts);
    const rows = await sampleRows(connection, task, segment, sampled);
    if (rows > sampled * maxPartialRowsPerFact) return null;
  }
  const partial = await writePartial(connection, task, segment);
  if (partial === null || partial.rows <= segment.facts * maxPartialRowsPerFact) return partial;
  await rm(partial.path);
  return null;
}

/** Returns the rows of the partial of about the first `facts` of the segment. */
async function sampleRows(
  connection: DuckDBConnection,
  task: PartialTask,
  segment: PlacedSegment,
  facts: number,
): Promise<number> {
  const all = { startMs: segment.firstMs, endExclusiveMs: segment.lastMs + 1 };
  const { endExclusiveMs } = rangeOfFirstFacts([segment], all, facts);
  await createSegmentView(connection, task, segment, endExclusiveMs);
  const counted = await runStatement(connection, compilePartialSize(task, task.shape));
  const [[rows] = []] = await counted.getRows();
  return Number(rows);
}

async function writePartial(
  connection: DuckDBConnection,
  task: PartialTask,
  segment: PlacedSegment,
): Promise<PlacedPartial | null> {
  const { shape } = task;
  await createSegmentView(connection, task, segment, segment.lastMs + 1);
  const { sql, parameters } = compilePartial(task, shape);
  const file = path.resolve(task.directory, `partial-${randomUUID()}.parquet`);
  const options = 'format parquet, compression zstd, use_tmp_file false';
  const copy = `copy (${sql}) to $${parameters.length + 1} (${options})`;
  try {
    const written = await runStatement(connection, { sql: copy, parameters: [...parameters, file] });
    const [[rows] = []] = await written.getRows();
    return { path: file, rows: Number(rows), shape };
  } catch (error) {
    await rm(file, { force: true });
    if (isSumTooLarge(error)) return null;
    throw error;
  }
}

/** Creates the view `facts` over the facts of a segment before a time. */
async function createSegmentView(
  connection: DuckDBConnection,
  { plan, dataset }: PartialTask,
  segment: PlacedSegment,
  endExclusiveMs: number,
): Promise<void> {
  const wanted = wantedColumns(hotFactsColumns({ plan, dataset }));
  const selects = selectSegments([segment], { wanted, expiredBeforeMs: null });
  const before =
    endExclusiveMs > segment.lastMs ? '' : `where "timestamp" < epoch_ms(${endExclusiveMs}::BIGINT)`;
  await connection.run(`create or replace view facts as select * from (${selects.join('')}) ${before}`);
}
