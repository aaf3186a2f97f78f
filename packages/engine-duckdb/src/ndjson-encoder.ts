import { open } from 'node:fs/promises';
import path from 'node:path';
import { structValue, type DuckDBConnection } from '@duckdb/node-api';
import {
  countPlainLines,
  factColumns,
  plainFields,
  plainLinePattern,
  sampleFields,
  type FactColumn,
  type NdjsonFacts,
  type SegmentEncoder,
  type SegmentFile,
} from '@hourglass/facts';
import { batchSeqColumn } from '@hourglass/query';
import type { Semaphore } from '@hourglass/reports';
import { toAttemptFailure } from './engine-error.ts';
import { createInstancePool } from './instance-pool.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { plainFactsSelect, presentColumns, readPlainLines, readTypes } from './plain-facts-select.ts';
import { quoted } from './quoted.ts';
import { writeSegment } from './segment-writer.ts';

export interface NdjsonEncoderOptions {
  /** Contains the directories of all bodies. */
  readonly directory: string;
  /** Memory of one conversion. */
  readonly memoryMb: number;
  /**
   * Bounds concurrent conversions. Each runs on one thread: two threads for one conversion cost a
   * third more than one thread for each of two.
   */
  readonly semaphore: Semaphore;
  readonly maxSpillMb?: number;
}

/**
 * Size of the sample that shows the fields of a body. A field that first occurs later costs a
 * second pass.
 */
const sampleBytes = 128 * 1024;
/**
 * Takes a third less time than the default encoding of segments, which is applied when these are
 * merged.
 */
const quickEncoding = 'compression zstd, compression_level 1, parquet_version v2';

/** Creates an encoder that converts plain NDJSON to segments. Throws the engine's errors. */
export function createNdjsonEncoder({
  directory,
  memoryMb,
  semaphore,
  maxSpillMb = 64 * 1024,
}: NdjsonEncoderOptions): SegmentEncoder {
  const limits = { memoryMb, threads: 1, maxSpillMb };
  const pool = createInstancePool(directory, limits);
  return {
    encode: (facts) =>
      semaphore.run(facts.signal, async () => {
        try {
          return await pool.use((connection) => encodeUntilAborted(connection, facts));
        } catch (error) {
          facts.signal.throwIfAborted();
          throw toAttemptFailure(error, limits);
        }
      }),
  };
}

async function encodeUntilAborted(
  connection: DuckDBConnection,
  facts: NdjsonFacts,
): Promise<SegmentFile | 'declined'> {
  const stopInterrupting = interruptOnAbort(connection, facts.signal);
  return encode(connection, facts).finally(stopInterrupting);
}

async function encode(connection: DuckDBConnection, facts: NdjsonFacts): Promise<SegmentFile | 'declined'> {
  await connection.run('set variable body_path = $1', [path.resolve(facts.bodyPath)]);
  const columns = factColumns(facts.dataset);
  const sampled = sampleFields(await headOf(facts.bodyPath));
  const body = { columns, sampled };
  const first = columns.filter(({ name }) => sampled.has(name));
  const encoded = await encodeColumns(connection, facts, { ...body, read: first });
  if (encoded !== 'declined') return encoded;
  // The usual reason is a field that few facts have.
  const read = await orDeclined(() => columnsWithValues(connection, columns));
  if (read === 'declined' || read.every((column) => first.includes(column))) return 'declined';
  return encodeColumns(connection, facts, { ...body, read });
}

interface ReadBody {
  readonly columns: readonly FactColumn[];
  /** The columns to read. A line with a value in another column is declined. */
  readonly read: readonly FactColumn[];
  readonly sampled: ReadonlySet<string>;
}

function encodeColumns(
  connection: DuckDBConnection,
  { bodyPath, dataset, environmentId, batchSeq, undeclaredFields, times, directory }: NdjsonFacts,
  { columns, read, sampled }: ReadBody,
): Promise<SegmentFile | 'declined'> {
  const pattern = plainLinePattern(plainFields({ dataset, undeclaredFields, columns, read, sampled }));
  return orDeclined(async () => {
    const facts = await countPlainLines(bodyPath, pattern);
    if (facts === null || facts === 0) return 'declined';
    await connection.run('set variable body_columns = $1', [structValue(readTypes(read))]);
    const present = presentColumns(columns, read);
    const select = plainFactsSelect(present, { read, environmentId, batchSeq, times });
    const values = present.map(({ segmentName, type }) => ({ name: segmentName, type }));
    const file = await writeSegment(connection, select, {
      directory,
      columns: [batchSeqColumn, ...values],
      encoding: quickEncoding,
    });
    if (file.facts !== facts)
      throw new Error(`the segment has ${file.facts} facts; expected ${facts}, one per line`);
    return file;
  });
}

async function columnsWithValues(
  connection: DuckDBConnection,
  columns: readonly FactColumn[],
): Promise<readonly FactColumn[]> {
  const types = Object.fromEntries(columns.map(({ name }) => [name, 'VARCHAR']));
  await connection.run('set variable body_columns = $1', [structValue(types)]);
  const counted = await connection.runAndReadAll(
    `select ${columns.map(({ name }) => `count(${quoted(name)})::double`).join(', ')} from ${readPlainLines}`,
  );
  const counts = counted.getRows()[0]?.map(Number) ?? [];
  return columns.filter((_, index) => counts[index] !== 0);
}

/**
 * Returns `declined` for errors with which DuckDB refuses lines that are not plain, and if memory
 * does not suffice, because reading row by row needs little memory.
 */
async function orDeclined<Result>(work: () => Promise<Result>): Promise<Result | 'declined'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && /^(?:Invalid Input|Conversion|Out of Memory) Error/.test(error.message))
      return 'declined';
    throw error;
  }
}

async function headOf(file: string): Promise<string> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(sampleBytes), 0, sampleBytes, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
