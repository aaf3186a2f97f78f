import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { SegmentTooLarge, type SegmentFile, type SegmentWriter } from '@hourglass/facts';
import { notSetText, segmentColumnName, valueColumns, type SegmentColumn } from '@hourglass/query';
import { createSemaphore, type PartialWriter } from '@hourglass/reports';
import { selectCopiedFacts, setCopiedFacts } from './copied-facts.ts';
import { openInstance, type InstanceLimits } from './duckdb-instance.ts';
import { duckDbVersion } from './duckdb-version.ts';
import { defaultPartialRowsPerFact } from './engine-context.ts';
import { toAttemptFailure } from './engine-error.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { computePartial } from './partials/compute-partial.ts';
import { quoted, textLiteral } from './quoted.ts';
import { countHiddenSelects, selectSegments, type ReadableSegment } from './segment-relation.ts';

export interface SegmentWriterOptions {
  /** Memory for the segment being written. */
  readonly memoryMb: number;
  readonly threads: number;
  readonly maxSpillMb?: number;
  /** Partials with more rows for each fact are not worth keeping. */
  readonly maxPartialRowsPerFact?: number;
}

/**
 * Creates a writer that writes one segment, or the partial of one, at a time with all of the memory, each in
 * a new DuckDB instance. Throws `SegmentTooLarge` and the engine's errors.
 */
export function createSegmentWriter({
  memoryMb,
  threads,
  maxSpillMb = 64 * 1024,
  maxPartialRowsPerFact = defaultPartialRowsPerFact,
}: SegmentWriterOptions): SegmentWriter & PartialWriter {
  const limits = { memoryMb, threads, maxSpillMb };
  const semaphore = createSemaphore(1);
  const withPermit = <Result>(
    { directory, signal }: Pick<SegmentTask, 'directory' | 'signal'>,
    write: (connection: DuckDBConnection) => Promise<Result>,
  ) => semaphore.run(signal, () => withConnection({ directory, signal, limits }, write));
  return {
    seal: ({ csvPath, columns: copied, directory, signal }) =>
      withPermit({ directory, signal }, async (connection) => {
        await setCopiedFacts(connection, csvPath, copied);
        const columns = valueColumns(copied).map((column) => ({
          name: segmentColumnName(column),
          type: column.type,
        }));
        return writeSegment(connection, selectCopiedFacts, { directory, columns });
      }),
    merge: ({ segments, expiredBeforeMs, directory, signal }) =>
      withPermit({ directory, signal }, async (connection) => {
        const removed = await countHidden(connection, segments, expiredBeforeMs);
        const columns = unionOfColumns(segments.map((segment) => segment.columns));
        const wanted = columns.map((column) => ({ ...column, segmentName: column.name }));
        const selects = selectSegments(segments, { wanted, expiredBeforeMs });
        const file = await writeSegment(connection, selects.join(' union all '), { directory, columns });
        return { file, removed };
      }),
    version: duckDbVersion(),
    writePartial: ({ segment, signal, ...task }) =>
      withPermit({ directory: task.directory, signal }, (connection) =>
        // Reports have found partials of this shape worth their time, so that no sample has to tell.
        computePartial(connection, task, segment, { sampleFacts: null, maxPartialRowsPerFact }),
      ),
  };
}

/** Counts independently of the merge, so that a merge that loses a fact is noticed. */
async function countHidden(
  connection: DuckDBConnection,
  segments: readonly ReadableSegment[],
  expiredBeforeMs: number | null,
): Promise<number> {
  const selects = countHiddenSelects(segments, expiredBeforeMs);
  if (selects.length === 0) return 0;
  const counted = await connection.runAndReadAll(
    `select sum(facts)::double from (${selects.join(' union all ')})`,
  );
  return Number(counted.getRows()[0]?.[0]);
}

/** Returns the columns of all segments, in the order of their first occurrence. */
function unionOfColumns(lists: readonly (readonly SegmentColumn[])[]): readonly SegmentColumn[] {
  const columns = new Map<string, SegmentColumn>();
  for (const column of lists.flat()) if (!columns.has(column.name)) columns.set(column.name, column);
  return [...columns.values()];
}

interface SegmentTask {
  readonly directory: string;
  readonly signal: AbortSignal;
  readonly limits: InstanceLimits;
}

async function withConnection<Result>(
  { directory, signal, limits }: SegmentTask,
  work: (connection: DuckDBConnection) => Promise<Result>,
): Promise<Result> {
  signal.throwIfAborted();
  const instance = await openInstance(directory, limits);
  const stopInterrupting = interruptOnAbort(instance.connection, signal);
  try {
    return await work(instance.connection);
  } catch (error) {
    signal.throwIfAborted();
    const failure = toAttemptFailure(error, limits);
    if (failure.failure === 'memory' || failure.failure === 'temporaryDisk')
      throw new SegmentTooLarge({ cause: error });
    throw failure;
  } finally {
    stopInterrupting();
    await instance.close();
  }
}

/**
 * Parquet version 2 has delta encodings: a tenth less to store than version 1, and up to a third
 * less to read. Larger dictionaries, which would make texts with many values faster, take megabytes for each column.
 */
const defaultEncoding = 'compression zstd, parquet_version v2';

export interface WrittenSegment {
  readonly directory: string;
  readonly columns: readonly SegmentColumn[];
  /** Options of DuckDB's Parquet writer. */
  readonly encoding?: string;
}

/**
 * Sorts the rows of `select` by time and writes them to a new file. Facts with the same time are in
 * any order. The number and times of the facts are read back from the file.
 */
export async function writeSegment(
  connection: DuckDBConnection,
  select: string,
  { directory, columns, encoding = defaultEncoding }: WrittenSegment,
): Promise<SegmentFile> {
  const file = path.resolve(directory, `${randomUUID()}.parquet`);
  try {
    await connection.run(
      `copy (select * from (${select}) order by "timestamp") to ${textLiteral(file)}
         (format parquet, ${encoding})`,
    );
    const found = await connection.runAndReadAll(
      `select count(*)::double, epoch_ms(min("timestamp"))::double, epoch_ms(max("timestamp"))::double
         from read_parquet($1)`,
      [file],
    );
    const [facts = 0, firstMs = 0, lastMs = 0] = found.getRows()[0]?.map(Number) ?? [];
    const written = await withNotSetTexts(connection, file, columns);
    const [{ size: bytes }, sha256] = await Promise.all([stat(file), sha256Of(file)]);
    return { path: file, bytes, sha256, facts, firstMs, lastMs, columns: written };
  } catch (error) {
    await rm(file, { force: true });
    throw error;
  }
}

/**
 * Adds to each text whether it is ever "(not set)". The least and greatest texts of the file's parts exclude it for most
 * columns, so that few are read.
 */
async function withNotSetTexts(
  connection: DuckDBConnection,
  file: string,
  columns: readonly SegmentColumn[],
): Promise<readonly SegmentColumn[]> {
  const texts = columns.filter(({ type }) => type === 'text');
  if (texts.length === 0) return columns;
  const exists = texts.map(
    ({ name }) => `exists (select 1 from read_parquet($1) where ${quoted(name)} = '${notSetText}')`,
  );
  const [found = []] = (await connection.runAndReadAll(`select ${exists.join(', ')}`, [file])).getRows();
  const known = new Map(texts.map(({ name }, index) => [name, found[index] !== false]));
  return columns.map(({ name, type }) => {
    const hasNotSetText = known.get(name);
    return hasNotSetText === undefined ? { name, type } : { name, type, hasNotSetText };
  });
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1024 * 1024 }), hash);
  return hash.digest('hex');
}
