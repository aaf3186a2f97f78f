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
import type { Semaphore } from '@hourglass/reports';
import { readableError } from './engine-error.ts';
import { createInstancePool } from './instance-pool.ts';
import { interruptOnAbort } from './interrupt-on-abort.ts';
import { plainFactsSelect, presentColumns, readPlainLines, readTypes } from './plain-facts-select.ts';
import { quoted } from './segment-relation.ts';
import { writeSegment } from './segment-writer.ts';

export interface NdjsonEncoderOptions {
  /** Below it are the bodies. */
  readonly directory: string;
  /** What one conversion may add to the process's memory. */
  readonly memoryMb: number;
  /** Conversions that may run at a time, each on one thread: two threads of one cost a third more than two of one each. */
  readonly semaphore: Semaphore;
  readonly maxSpillMb?: number;
}

/** So much of a body shows which fields it has; a field that comes later costs a second look at the whole. */
const sampleBytes = 128 * 1024;
/** Costs a third less time than what is usual for segments, which these become when they are merged. */
const quickEncoding = 'compression zstd, compression_level 1, parquet_version v2';

/** Makes segments of plain NDJSON. Throws as the engine does. */
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
          throw readableError(error, limits);
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
  // Most often a field that few facts have.
  const read = await unlessRefused(() => columnsWithValues(connection, columns));
  if (read === 'declined' || read.every((column) => first.includes(column))) return 'declined';
  return encodeColumns(connection, facts, { ...body, read });
}

interface ReadBody {
  readonly columns: readonly FactColumn[];
  /** Those that are read. A line in which another one has a value is declined. */
  readonly read: readonly FactColumn[];
  readonly sampled: ReadonlySet<string>;
}

function encodeColumns(
  connection: DuckDBConnection,
  { bodyPath, dataset, environmentId, undeclaredFields, nowMs, directory }: NdjsonFacts,
  { columns, read, sampled }: ReadBody,
): Promise<SegmentFile | 'declined'> {
  const pattern = plainLinePattern(plainFields({ dataset, undeclaredFields, columns, read, sampled }));
  return unlessRefused(async () => {
    const facts = await countPlainLines(bodyPath, pattern);
    if (facts === null || facts === 0) return 'declined';
    await connection.run('set variable body_columns = $1', [structValue(readTypes(read))]);
    const present = presentColumns(columns, read);
    const file = await writeSegment(connection, plainFactsSelect(present, { read, environmentId, nowMs }), {
      directory,
      columns: present.map(({ segmentName, type }) => ({ name: segmentName, type })),
      encoding: quickEncoding,
    });
    if (file.facts !== facts) throw new Error(`${facts} lines became ${file.facts} facts`);
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

/** DuckDB's readers refuse what is not plain with errors of these kinds. Reading row by row needs hardly any memory. */
async function unlessRefused<Result>(work: () => Promise<Result>): Promise<Result | 'declined'> {
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
