import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { catalogue, type Plan } from '@hourglass/query';
import { ReportImpossible, type ReportEngine } from '@hourglass/reports';
import { createDuckDbEngine } from '../src/duckdb-engine.ts';
import { toAttemptFailure } from '../src/engine-error.ts';
import { writeLines } from '../src/write-lines.ts';
import { linesOf, planOf, rowsOf, startMs, taskOver, taskOverMany, type Fact } from './hot-facts-file.ts';

const { signal } = new AbortController();

let root: string;
/** Facts of the task. */
let directory: string;
let engine: ReportEngine;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'hourglass-engine-'));
  directory = path.join(root, 'task');
  await mkdir(directory);
  engine = createDuckDbEngine({
    directory: root,
    memoryMb: 256,
    threads: 2,
    maxConcurrentRuns: 1,
  });
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function report(facts: readonly Fact[], changes: Partial<Plan> = {}) {
  return rowsOf(engine.run(await taskOver(facts, { plan: planOf(changes), directory, signal })));
}

const fact = (values: Record<string, string | number | bigint | null>): Fact => ({
  environment_id: 7,
  timestamp: startMs,
  message_count: 1,
  ...values,
});

test('empty text, missing text and text that looks like CSV are preserved', async () => {
  const texts = ['', 'NULL', '\\N', '"', '""', 'a,b', 'x\ny', 'x\r\ny', '\r', ' pad ', "it's", 'é😀\u2028'];
  const found = await report([...texts.map((apiproxy) => fact({ apiproxy })), fact({ apiproxy: null })]);
  const expected = [...texts, '(not set)'].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(found).toEqual(expected.map((text) => ['1', text]));
});

test('integers keep every digit and decimals are exact', async () => {
  const big = 9_007_199_254_740_993n;
  const facts = [
    fact({ message_count: big, fees: '123456789012345678.123456' }),
    fact({ message_count: big, fees: '-123456789012345678' }),
    fact({ message_count: null, fees: null }),
  ];
  const metrics = [
    { metric: 'message_count', function: 'sum', alias: 'calls' },
    { metric: 'fees', function: 'sum', alias: 'fees' },
  ] as const;
  expect(await report(facts, { metrics, dimensions: [] })).toEqual([['18014398509481986', 0.123456]]);
});

test('facts of another environment or outside the range are never reported, whatever their texts contain', async () => {
  const hostile = 'mine\n7,2026-03-01 00:00:00,stolen,100\n';
  const facts = [
    fact({ apiproxy: hostile }),
    fact({ apiproxy: 'theirs', environment_id: 8 }),
    fact({ apiproxy: 'too early', timestamp: startMs - 1 }),
    fact({ apiproxy: 'last', timestamp: startMs + 3_599_999 }),
    fact({ apiproxy: 'too late', timestamp: startMs + 3_600_000 }),
  ];
  expect(await report(facts)).toEqual([
    ['1', 'last'],
    ['1', hostile],
  ]);
});

test('a report without facts has no rows', async () => {
  expect(await report([])).toEqual([]);
});

test('a report without facts needs no file of hot facts', async () => {
  const task = await taskOver([], { plan: planOf({}), directory, signal });
  const facts = { ...task.facts, hotFactsPath: path.join(directory, 'missing.csv') };
  expect(await rowsOf(engine.run({ ...task, facts }))).toEqual([]);
});

test('segments are read from a folder whose name has quotes', async () => {
  const folder = path.join(root, `it's "here"`);
  await mkdir(folder);
  const task = await taskOver([fact({ apiproxy: 'sealed' })], {
    plan: planOf({}),
    directory: folder,
    signal,
  });
  const segment = await engine.writeHotFacts(task);
  const facts = { ...task.facts, hotRows: 0, segments: segment === null ? [] : [segment] };
  expect(await rowsOf(engine.run({ ...task, facts }))).toEqual([['1', 'sealed']]);
});

test('a report equals one computed row by row', async () => {
  const text = fc.oneof(
    fc.constantFrom(null, '', 'a', '"', ',', '\n', '7,x\n'),
    fc.string({ unit: 'binary', maxLength: 6 }).map((value) => value.replaceAll('\0', '')),
  );
  const integer = fc.option(fc.integer({ min: -1000, max: 1000 }));
  const facts = fc.array(
    fc.record({
      environment_id: fc.constantFrom(7, 8),
      timestamp: fc.integer({ min: startMs - 60_000, max: startMs + 3_660_000 }),
      apiproxy: text,
      useragent: text,
      message_count: integer,
      total_response_time: integer,
    }),
    { maxLength: 40 },
  );
  const plan = {
    timeUnit: 'minute',
    dimensions: ['useragent', 'apiproxy'],
    metrics: [
      { metric: 'message_count', function: 'sum', alias: 'calls' },
      { metric: 'total_response_time', function: 'avg', alias: 'time' },
    ],
  } as const;
  await fc.assert(
    fc.asyncProperty(facts, async (sample) => {
      expect(await report(sample, plan)).toEqual(countedByHand(sample));
    }),
    { numRuns: 60 },
  );
});

function countedByHand(facts: readonly Fact[]): unknown[] {
  const groups = new Map<string, { key: string[]; calls: (number | null)[]; times: (number | null)[] }>();
  const number = (value: unknown) => (typeof value === 'number' ? value : null);
  for (const { environment_id, timestamp, ...values } of facts) {
    if (environment_id !== 7 || timestamp < startMs || timestamp >= startMs + 3_600_000) continue;
    const minute = `${new Date(timestamp).toISOString().slice(0, 16).replace('T', ' ')}:00 UTC`;
    const key = [
      minute,
      String(values['useragent'] ?? '(not set)'),
      String(values['apiproxy'] ?? '(not set)'),
    ];
    const group = groups.get(JSON.stringify(key)) ?? { key, calls: [], times: [] };
    group.calls.push(number(values['message_count']));
    group.times.push(number(values['total_response_time']));
    groups.set(JSON.stringify(key), group);
  }
  const sum = (values: (number | null)[]) => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : { total: known.reduce((a, b) => a + b, 0), count: known.length };
  };
  return [...groups.values()]
    .sort((a, b) => compareKeys(a.key, b.key))
    .map(({ key: [minute, useragent, apiproxy], calls, times }) => {
      const called = sum(calls);
      const timed = sum(times);
      return [
        called === null ? null : String(called.total),
        timed === null ? null : timed.total / timed.count,
        useragent,
        apiproxy,
        minute,
      ];
    });
}

function compareKeys(a: readonly string[], b: readonly string[]): number {
  for (const [index, text] of a.entries()) {
    const order = Buffer.compare(Buffer.from(text), Buffer.from(b[index] ?? ''));
    if (order !== 0) return order;
  }
  return 0;
}

test('long texts full of quotes and line breaks are read completely, even across the reader’s buffers', async () => {
  const line = '7,2026-03-01 00:00:00,forged,1\n';
  const texts = Array.from({ length: 500 }, (_, index) =>
    `${index}"${line}`.repeat(2000).slice(0, 32 * 1024 - (index % 7)),
  );
  const found = await report(texts.map((apiproxy) => fact({ apiproxy })));
  expect(found.length).toBe(500);
  expect(new Set(found.map(([, text]) => text))).toEqual(new Set(texts));
});

test('one fact may fill 25 columns with 32 KiB of quotes each', async () => {
  const dimensions = [...catalogue.values()]
    .flatMap(({ name, dimensions }) => (name === 'api' ? dimensions : []))
    .filter(({ source }) => source.kind === 'column' && source.type === 'text')
    .slice(0, 25)
    .map(({ name }) => name);
  expect(dimensions.length).toBe(25);
  const quotes = '"'.repeat(32 * 1024);
  const values = Object.fromEntries(dimensions.map((name) => [name, quotes]));
  const [row] = await report([fact(values)], { dimensions });
  expect(row?.every((value, index) => value === (index === 0 ? '1' : quotes))).toBe(true);
});

describe('a converted report', () => {
  const changes: Partial<Plan> = {
    dataset: 'mint',
    metrics: [{ metric: 'rate', function: 'sum', alias: 'rate' }],
    dimensions: ['currency'],
    targetCurrency: 'EUR',
  };
  const usd = { currency: 'USD', rate: '10.000001' };

  async function converted(facts: readonly Fact[], rates: readonly string[]) {
    const task = await taskOver(facts, { plan: planOf(changes), directory, signal });
    const exchangeRatesPath = path.join(directory, 'rates.csv');
    await writeFile(exchangeRatesPath, ['day,currency,rate', ...rates, ''].join('\n'));
    return rowsOf(engine.run({ ...task, facts: { ...task.facts, exchangeRatesPath } }));
  }

  test('uses the rates of its snapshot', async () => {
    const facts = [fact(usd), fact({ currency: 'EUR', rate: '1' })];
    // Half a millionth is rounded away from zero.
    expect(await converted(facts, ['2026-03-01,USD,0.5000000000'])).toEqual([[6.000001, 'EUR']]);
  });

  test('fails before its first row without a rate or a currency, and names it', async () => {
    await expect(converted([fact(usd)], ['2026-03-02,USD,1', '2026-03-01,JPY,1'])).rejects.toEqual(
      new ReportImpossible('rateMissing', { currency: 'USD', target: 'EUR', day: '2026-03-01', days: 7 }),
    );
    await expect(converted([fact({ rate: '1' })], [])).rejects.toEqual(
      new ReportImpossible('currencyMissing', { day: '2026-03-01', target: 'EUR' }),
    );
  });
});

test('a directory may have any name', async () => {
  const named = path.join(directory, "it's [a] *?.csv; x");
  await mkdir(named);
  const task = await taskOver([fact({ apiproxy: 'a' })], { plan: planOf(), directory: named, signal });
  expect(await rowsOf(engine.run(task))).toEqual([['1', 'a']]);
});

test('files outside the engine’s directory cannot be read', async () => {
  const outside = await mkdtemp(path.join(tmpdir(), 'hourglass-engine-'));
  const task = await taskOver([fact({})], { plan: planOf(), directory: outside, signal });
  const denied = rowsOf(engine.run(task));
  await expect(denied).rejects.toMatchObject({
    message: 'The report could not be computed',
    cause: { message: expect.stringContaining('Permission Error') },
  });
  await rm(outside, { recursive: true });
});

test('a corrupt file of facts is an error without a path', async () => {
  const task = await taskOver([fact({})], { plan: planOf(), directory, signal });
  await writeFile(task.facts.hotFactsPath, 'environment_id,timestamp,apiproxy,message_count\n7,never,x,1\n');
  await expect(rowsOf(engine.run(task))).rejects.toThrow(/^The report could not be computed$/);
  expect(await readdir(directory)).toEqual(['hot.csv']);
});

describe('a report in a file', () => {
  test('has a line for each row, in the output format of its plan', async () => {
    const facts = [fact({ apiproxy: 'say "hi", |\n' }), fact({ apiproxy: "it's" }), fact({ apiproxy: '' })];
    const plan = planOf({ metrics: [{ metric: 'message_count', function: 'avg', alias: `a'"$1\n` }] });
    const written = async (output: Plan['output']) => {
      const task = await taskOver(facts, { plan: { ...plan, output }, directory, signal });
      const { text, rows } = await linesOf(engine.writeRows(task));
      expect(rows).toEqual([3]);
      expect(await readdir(directory)).toEqual(['hot.csv']);
      return text;
    };
    const names = ['', "it's", 'say "hi", |\n'];
    expect(await written({ format: 'json' })).toBe(
      names
        .map((name) => `${JSON.stringify({ [`a'"$1\n`]: 0, apiproxy: name })}\n`)
        .join('')
        .replaceAll(':0', ':1.0'),
    );
    expect(await written({ format: 'csv', delimiter: '|' })).toBe(
      '1.0|""\n1.0|it\'s\n1.0|"say ""hi"", |\n"\n',
    );
  });

  test('is empty without facts', async () => {
    const task = await taskOver([], { plan: planOf(), directory, signal });
    expect(await linesOf(engine.writeRows(task))).toEqual({ text: '', rows: [0] });
  });

  test('has its rows in order, on any number of threads', async () => {
    const task = await taskOverMany(400_000, { plan: planOf(), directory, signal });
    const { text, rows } = await linesOf(engine.writeRows(task));
    const lines = text.trimEnd().split('\n');
    expect([...rows, lines.length]).toEqual([400_000, 400_000]);
    expect(lines.every((line, index) => index === 0 || (lines[index - 1] ?? '') < line)).toBe(true);
    expect(lines[0]).toMatch(/^\{"calls":"1","apiproxy":"proxy 0000\w{28}"\}$/);
  });

  test.runIf(process.platform === 'linux')('that finds the disk full is an error for users', async () => {
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const statement = { sql: `select 'x' as line from range(1000)`, parameters: [] };
    const failure: unknown = await writeLines(connection, statement, '/dev/full').catch((error) => error);
    instance.closeSync();
    expect(toAttemptFailure(failure, { memoryMb: 1, threads: 1, maxSpillMb: 1 }).message).toBe(
      'The disk for temporary files is full',
    );
  });

  test('that finds the disk broken is an error for users', async () => {
    const file = path.join(directory, 'file');
    await writeFile(file, '');
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const statement = { sql: `select 'x' as line`, parameters: [] };
    const target = path.join(file, 'rows');
    const failure: unknown = await writeLines(connection, statement, target).catch((error) => error);
    instance.closeSync();
    expect(toAttemptFailure(failure, { memoryMb: 1, threads: 1, maxSpillMb: 1 }).message).toBe(
      'The disk for temporary files cannot be used',
    );
  });

  test('leaves nothing behind if it cannot be written', async () => {
    const task = await taskOver([fact({})], { plan: planOf(), directory, signal });
    await writeFile(
      task.facts.hotFactsPath,
      'environment_id,timestamp,apiproxy,message_count\n7,never,x,1\n',
    );
    await expect(linesOf(engine.writeRows(task))).rejects.toThrow(/^The report could not be computed$/);
    expect(await readdir(directory)).toEqual(['hot.csv']);
  });
});
