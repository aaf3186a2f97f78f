import { open } from 'node:fs/promises';
import path from 'node:path';
import { structValue, type DuckDBConnection } from '@duckdb/node-api';
import {
  factColumns,
  maxPlainLineBytes,
  plainFields,
  plainLinePattern,
  sampleFields,
  type FactColumn,
  type NdjsonFacts,
  type SegmentEncoder,
  type SegmentFile,
} from '@hourglass/facts';
import type { Turns } from '@hourglass/reports';
import { plainFactsSelect, presentColumns, readPlainLines, readTypes } from './plain-facts-select.ts';
import { quoted } from './segment-relation.ts';
import { withConnection, writeSegment, type SegmentWriterOptions } from './segment-writer.ts';

export interface NdjsonEncoderOptions extends SegmentWriterOptions {
  /** Conversions that may run at a time. Each takes the memory and threads that are given here. */
  readonly turns: Turns;
}

/** So much of a body shows which fields it has; a field that comes later costs a second look at the whole. */
const sampleBytes = 128 * 1024;

/** Makes segments of plain NDJSON with a DuckDB of its own for each. Throws as the engine does. */
export function createNdjsonEncoder({ turns, ...options }: NdjsonEncoderOptions): SegmentEncoder {
  const limits = { maxSpillMb: 64 * 1024, ...options };
  return {
    encode: (facts) =>
      turns.run(facts.signal, () =>
        withConnection({ directory: facts.directory, signal: facts.signal, limits }, (connection) =>
          encode(connection, facts),
        ),
      ),
  };
}

async function encode(connection: DuckDBConnection, facts: NdjsonFacts): Promise<SegmentFile | 'declined'> {
  const columns = factColumns(facts.dataset);
  await connection.run('set variable body_path = $1', [path.resolve(facts.bodyPath)]);
  const sampled = sampleFields(await headOf(facts.bodyPath));
  const first = columns.filter(({ name }) => sampled.has(name));
  const encoded = await encodeColumns(connection, facts, { columns, read: first, sampled });
  if (encoded !== 'declined') return encoded;
  // Most often a field that few facts have.
  const read = await unlessRefused(() => columnsWithValues(connection, columns));
  if (read === 'declined' || read.every((column) => first.includes(column))) return 'declined';
  return encodeColumns(connection, facts, { columns, read, sampled });
}

interface ReadColumns {
  readonly columns: readonly FactColumn[];
  /** Those that are read. A line in which another one has a value is declined. */
  readonly read: readonly FactColumn[];
  readonly sampled: ReadonlySet<string>;
}

function encodeColumns(
  connection: DuckDBConnection,
  { dataset, environmentId, undeclaredFields, nowMs, directory }: NdjsonFacts,
  { columns, read, sampled }: ReadColumns,
): Promise<SegmentFile | 'declined'> {
  const pattern = plainLinePattern(plainFields({ dataset, undeclaredFields, columns, read, sampled }));
  return unlessRefused(async () => {
    const lines = await countPlainLines(connection, pattern);
    if (lines === null || lines === 0) return 'declined';
    await connection.run('set variable body_columns = $1', [structValue(readTypes(read))]);
    const present = presentColumns(columns, read);
    const file = await writeSegment(connection, plainFactsSelect(present, { read, environmentId, nowMs }), {
      directory,
      columns: present.map(({ segmentName, type }) => ({ name: segmentName, type })),
    });
    if (file.facts !== lines) throw new Error(`${lines} lines became ${file.facts} facts`);
    return file;
  });
}

/** Null: one of them is not plain. Blank ones do not count. */
async function countPlainLines(connection: DuckDBConnection, pattern: string): Promise<number | null> {
  await connection.run('set variable plain_line = $1', [pattern]);
  const counted = await connection.runAndReadAll(`
    select count(*)::double,
           count(*) filter (strlen(json) <= ${maxPlainLineBytes} and regexp_full_match(json, getvariable('plain_line')))::double
      from read_json_objects(
        getvariable('body_path'), format = 'newline_delimited', maximum_object_size = 4194304)`);
  const [lines = 0, plain = 0] = counted.getRows()[0]?.map(Number) ?? [];
  return lines === plain ? lines : null;
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

/** DuckDB's readers refuse what is not plain with errors of these kinds. */
async function unlessRefused<Result>(work: () => Promise<Result>): Promise<Result | 'declined'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && /^(?:Invalid Input|Conversion) Error/.test(error.message))
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
