import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptBatch, factColumns, type BatchResult, type SegmentFile } from '@hourglass/facts';
import {
  catalogue,
  customColumns,
  factsTarget,
  storedColumns,
  withCustomFields,
  type Dataset,
  type UndeclaredFields,
} from '@hourglass/query';
import { createSemaphore } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder, suiteSize, unlimitedBatchSpace } from '@hourglass/testing';
import { decodeCopyLine } from '../../facts/test/copy-text.ts';
import { MemoryFactStore } from '../../facts/test/memory-fact-store.ts';
import { createNdjsonEncoder } from '../src/index.ts';
import { bodies, oddLines } from './ndjson-bodies.ts';

const api = catalogue.get('api');
if (api === undefined) throw new Error('no dataset');
const dataset: Dataset = withCustomFields(api, [
  { id: 31, name: 'dc_total', type: 'INTEGER' },
  { id: 7, name: 'dcRatio', type: 'FLOAT' },
  { id: 12, name: 'dc_plan', type: 'STRING' },
  { id: 8, name: 'dc_ok', type: 'BOOLEAN' },
  { id: 9, name: 'dc_due', type: 'DATETIME' },
]);
const environmentId = 41;
const nowMs = Date.UTC(2026, 10, 22, 12);
const times = { earliestMs: 0, latestMs: nowMs + 86_400_000 };
const { signal } = new AbortController();

let folder: TemporaryFolder;
let reader: DuckDBConnection;
let encoder: ReturnType<typeof createNdjsonEncoder>;
beforeAll(async () => {
  folder = await temporaryFolder();
  encoder = createNdjsonEncoder({ directory: folder.path, memoryMb: 256, semaphore: createSemaphore(1) });
  reader = await (await DuckDBInstance.create(':memory:')).connect();
});
afterAll(async () => {
  reader.closeSync();
  await folder.remove();
});

async function encode(body: Buffer, undeclaredFields: UndeclaredFields = 'refuse') {
  const bodyPath = path.join(folder.path, 'body.ndjson');
  await writeFile(bodyPath, body);
  const directory = folder.path;
  return encoder.encode({
    bodyPath,
    directory,
    dataset,
    environmentId,
    batchSeq: '7',
    undeclaredFields,
    times,
    signal,
  });
}

/** The values of a fact by the names of segment columns, without nulls. */
type Values = Readonly<Record<string, string | number | boolean>>;

async function factsIn({ path: file, columns }: SegmentFile): Promise<readonly Values[]> {
  const types = new Map(columns.map(({ name, type }) => [name, type]));
  const selected = columns.map(({ name, type }) =>
    type === 'timestamp'
      ? `epoch_ms("${name}")::double`
      : type === 'decimal'
        ? `"${name}"::double`
        : `"${name}"`,
  );
  const read = await reader.runAndReadAll(
    `select environment_id, epoch_ms("timestamp")::double ${selected.map((column) => `, ${column}`).join('')}
       from read_parquet('${file}')`,
  );
  const names = ['environment_id', 'timestamp', ...types.keys()];
  return read.getRows().map((row) =>
    Object.fromEntries(
      row.flatMap((value, index) => {
        if (value === null) return [];
        return [[names[index] ?? '', typeof value === 'bigint' ? Number(value) : (value as string)]];
      }),
    ),
  );
}

/** Ingests the body row by row, as through the hot table. */
async function checked(
  body: Buffer,
  undeclaredFields: UndeclaredFields,
): Promise<{ answer: BatchResult; facts: readonly Values[] }> {
  const store = new MemoryFactStore();
  async function* chunks() {
    yield body;
  }
  const identity = { environmentId, target: factsTarget(dataset), id: 'batch' };
  const answer = await acceptBatch(chunks(), {
    identity,
    store,
    ...unlimitedBatchSpace(folder.path),
    onError: 'refuse',
    undeclaredFields,
    times,
    signal,
  });
  return { answer, facts: store.copyLines.map(factOfLine) };
}

const stored = storedColumns(dataset);
const customTypes = new Map(
  customColumns(dataset).map(({ customFieldId, type }) => [String(customFieldId), type]),
);

function factOfLine(copyLine: string): Values {
  const cells = decodeCopyLine(copyLine);
  const custom = JSON.parse(cells[stored.length + 1] ?? '{}') as Record<string, string | number | boolean>;
  const fact: Record<string, string | number | boolean> = {
    environment_id: environmentId,
    timestamp: Date.parse(cells[0] ?? ''),
    batch_seq: 7,
  };
  for (const [index, { name, type }] of stored.entries()) {
    const cell = cells[index + 1] ?? null;
    if (cell !== null) fact[name] = valueOf(type, cell);
  }
  for (const [id, value] of Object.entries(custom)) {
    fact[`custom_${id}`] = valueOf(customTypes.get(id) ?? 'text', String(value));
  }
  return fact;
}

function valueOf(type: string, cell: string): string | number | boolean {
  if (type === 'text') return cell;
  if (type === 'boolean') return cell === 'true';
  return type === 'timestamp' ? Date.parse(cell) : Number(cell);
}

/**
 * Sorts facts, because facts with the same time are in any order. JSON does not distinguish minus
 * zero.
 */
function inOneOrder(facts: readonly Values[]): readonly string[] {
  const shown = (value: unknown) => (Object.is(value, -0) ? '-0' : JSON.stringify(value));
  return facts
    .map((fact) =>
      Object.entries(fact)
        .map(([name, value]) => `${name}: ${shown(value)}`)
        .toSorted((a, b) => a.localeCompare(b))
        .join('\n'),
    )
    .toSorted((a, b) => a.localeCompare(b));
}

async function expectSameAsChecked(body: Buffer, undeclaredFields: UndeclaredFields): Promise<boolean> {
  const segment = await encode(body, undeclaredFields);
  if (segment === 'declined') return false;
  const reference = await checked(body, undeclaredFields);
  expect(reference.answer).toMatchObject({ kind: 'accepted', accepted: segment.facts });
  const facts = await factsIn(segment);
  expect(inOneOrder(facts)).toEqual(inOneOrder(reference.facts));
  const times = facts.map(({ timestamp }) => Number(timestamp));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect([segment.firstMs, segment.lastMs]).toEqual([times.at(0), times.at(-1)]);
  return true;
}

test.each<UndeclaredFields>(['refuse', 'ignore'])(
  'each odd line is declined or converted like by the row checker (undeclared fields: %s)',
  async (undeclaredFields) => {
    for (const line of oddLines(factColumns(dataset))) {
      await expectSameAsChecked(Buffer.from(`${line}\n`), undeclaredFields);
    }
  },
  60_000,
);

const runs = suiteSize({ short: 40, full: 150 });

test('any body is declined or converted to exactly the facts that the row checker accepts', async () => {
  let encoded = 0;
  await fc.assert(
    fc.asyncProperty(
      bodies(factColumns(dataset)),
      fc.constantFrom<UndeclaredFields>('refuse', 'ignore'),
      async (body, undeclaredFields) => {
        if (await expectSameAsChecked(body, undeclaredFields)) encoded += 1;
      },
    ),
    { numRuns: runs, endOnFailure: true },
  );
  // Chance decides how many: a larger bound would fail once in some dozens of runs.
  expect(encoded).toBeGreaterThan(0);
}, 120_000);

describe('usual bodies are not declined:', () => {
  const line = '{"timestamp":"2026-11-22T10:00:00.123Z","apiproxy":"a","response_status_code":404}';
  test.each<[string, string | Buffer]>([
    ['compact lines', `${line}\n${line}\n`],
    ['a last line without an end', `${line}\n${line}`],
    ['spaces as Python writes them', '{"timestamp": "2026-11-22T10:00:00.123456+00:00", "apiproxy": "a"}\n'],
    ['line ends of Windows', `${line}\r\n${line}\r\n`],
    ['blank lines', `${line}\n\n${line}\n\n`],
    ['milliseconds since 1970', '{"timestamp":1795341600123,"apiproxy":"a"}\n'],
    ['escapes', String.raw`{"timestamp":1795341600123,"apiproxy":"\u00e9\ud83d\ude00\"\\\/\n\t"}`],
    ['text beyond ASCII', '{"timestamp":1795341600123,"apiproxy":"é😀\u2028"}'],
    ['nulls', '{"timestamp":1795341600123,"apiproxy":null,"request_size":null,"created":null,"fees":null}'],
    ['decimals', '{"timestamp":1795341600123,"fees":0.000001,"x_apigee_mintng_price":1234567890123.25}'],
    [
      'custom fields',
      '{"timestamp":1795341600123,"dcRatio":-0.5,"dc_ok":true,"dc_due":"2030-01-01","dc_total":7}',
    ],
    [
      'a field that occurs late and rarely',
      `${`${line}\n`.repeat(3000)}{"timestamp":1795341600123,"target_error":1}\n`,
    ],
  ])('%s', async (_, body) => {
    expect(await expectSameAsChecked(Buffer.from(body), 'refuse')).toBe(true);
  });

  test('undeclared fields that the environment ignores', async () => {
    const body = Buffer.from('{"timestamp":1795341600123,"not declared":"x","apiproxy":"a"}\n');
    expect(await encode(body, 'refuse')).toBe('declined');
    expect(await expectSameAsChecked(body, 'ignore')).toBe(true);
  });
});

test('an aborted conversion throws the reason and leaves no file, and the next one works', async () => {
  const before = await readdir(folder.path);
  const stop = new AbortController();
  const bodyPath = path.join(folder.path, 'body.ndjson');
  await writeFile(bodyPath, '{"timestamp":1795341600123,"apiproxy":"a"}\n'.repeat(500_000));
  const directory = folder.path;
  const body = { bodyPath, directory, dataset, environmentId, batchSeq: '7' };
  const task = { ...body, undeclaredFields: 'refuse', times } as const;
  const encoding = encoder.encode({ ...task, signal: stop.signal });
  setImmediate(() => stop.abort(new Error('gone')));
  await expect(encoding).rejects.toThrow('gone');
  expect(await readdir(folder.path)).toEqual(before);
  expect(await expectSameAsChecked(Buffer.from('{"timestamp":1795341600123}\n'), 'refuse')).toBe(true);
});
