import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileReportTable, type Plan } from '@hourglass/query';
import { ReportImpossible, type EngineTask, type RowFile } from '@hourglass/reports';
import { createDuckDbEngine } from '../src/index.ts';
import { toAttemptFailure } from '../src/engine-error.ts';
import { writeTable } from '../src/write-table.ts';
import { planOf, startMs, taskOver, taskOverMany, type Fact } from './hot-facts-file.ts';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'hourglass-parquet-'));
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const parquet: Plan['output'] = { format: 'parquet' };
const { signal } = new AbortController();

const options = () => ({ directory, memoryMb: 512, threads: 2, maxConcurrentRuns: 1 });

const fact = (changes: Readonly<Record<string, string | number | bigint | null>>): Fact => ({
  environment_id: 7,
  timestamp: startMs,
  message_count: 1,
  ...changes,
});

/** Reads files with another instance than the one that wrote them. */
async function read(files: readonly RowFile[], sql = 'select * from parts') {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const list = files.map(({ path: file }) => `'${file}'`).join(', ');
    await connection.run(`create view parts as select * from read_parquet([${list}])`);
    const result = await connection.runAndReadAll(sql);
    const types = result.columnTypes().map(String);
    return { types, names: result.columnNames(), rows: result.getRowsJson() };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function filesOf(written: AsyncIterable<RowFile>): Promise<RowFile[]> {
  const files: RowFile[] = [];
  for await (const file of written) files.push(file);
  return files;
}

const written = (task: EngineTask) => filesOf(createDuckDbEngine(options()).writeRows(task));

const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

describe('a report in Parquet', () => {
  test('has a type for each kind of column, and null for each missing value', async () => {
    const plan = planOf({
      metrics: [
        { metric: 'message_count', function: 'sum', alias: `a'"$1.b` },
        { metric: 'message_count', function: 'avg', alias: '__proto__' },
      ],
      dimensions: ['apiproxy', 'response_status_code', 'created', 'organization'],
      timeUnit: 'hour',
      output: parquet,
    });
    const facts = [
      fact({ apiproxy: 'é "x"', response_status_code: -404, created: startMs + 123 }),
      fact({ apiproxy: '', message_count: null }),
    ];
    const files = await written(await taskOver(facts, { plan, directory, signal }));
    const { types, names, rows } = await read(files);
    expect(names).toEqual([`a'"$1.b`, '__proto__', ...plan.dimensions, 'hour']);
    expect(types).toEqual([
      'BIGINT',
      'DOUBLE',
      'VARCHAR',
      'BIGINT',
      'TIMESTAMP WITH TIME ZONE',
      'VARCHAR',
      'TIMESTAMP WITH TIME ZONE',
    ]);
    const hour = '2026-03-01 00:00:00+00';
    expect(rows).toEqual([
      [null, null, '', null, null, 'acme', hour],
      ['1', 1, 'é "x"', '-404', '2026-03-01 00:00:00.123+00', 'acme', hour],
    ]);
  });

  test('has its rows in order over several files of about the same size, and equal bytes each time', async () => {
    const engines = [1, 2, 2].map((threads) =>
      createDuckDbEngine({ ...options(), threads, parquetFileBytes: 400_000 }),
    );
    const task = await taskOverMany(120_000, { plan: planOf({ output: parquet }), directory, signal });
    const digests: string[][] = [];
    for (const engine of engines) {
      const files = await filesOf(engine.writeRows(task));
      expect(files.length).toBeGreaterThan(4);
      expect(files.reduce((sum, { rows }) => sum + rows, 0)).toBe(120_000);
      const sizes = await Promise.all(files.map(async (file) => (await stat(file.path)).size));
      for (const size of sizes.slice(1, -1)) expect(size / 400_000).toBeGreaterThan(0.5);
      for (const size of sizes.slice(1)) expect(size / 400_000).toBeLessThan(2);
      const { rows } = await read(files, 'select apiproxy from parts');
      const proxies = rows.map(([proxy]) => JSON.stringify(proxy));
      expect(proxies.every((proxy, index) => index === 0 || (proxies[index - 1] ?? '') < proxy)).toBe(true);
      expect(proxies).toHaveLength(120_000);
      digests.push(await Promise.all(files.map(async (file) => md5(await readFile(file.path)))));
    }
    expect(digests[1]).toEqual(digests[0]);
    expect(digests[2]).toEqual(digests[0]);
  });

  test('is one file with every column and no row without facts', async () => {
    const plan = planOf({ output: parquet, timeUnit: 'day' });
    const files = await written(await taskOver([], { plan, directory, signal }));
    expect(files.map(({ rows }) => rows)).toEqual([0]);
    expect(await read(files)).toEqual({
      names: ['calls', 'apiproxy', 'day'],
      types: ['BIGINT', 'VARCHAR', 'TIMESTAMP WITH TIME ZONE'],
      rows: [],
    });
  });

  test('holds every 64-bit number, and is impossible with the name of the column one beyond', async () => {
    const plan = planOf({ output: parquet });
    for (const [last, sum] of [
      [7n, '9223372036854775807'],
      [-1n, '9223372036854775799'],
    ] as const) {
      const facts = [fact({ message_count: 2n ** 63n - 8n }), fact({ message_count: last })];
      const files = await written(await taskOver(facts, { plan, directory, signal }));
      expect((await read(files)).rows).toEqual([[sum, '(not set)']].map(([calls]) => [calls, null]));
      await Promise.all(files.map((file) => rm(file.path)));
    }
    const beyond = [fact({ message_count: 2n ** 63n - 1n }), fact({ message_count: 1 })];
    const task = await taskOver(beyond, { plan, directory, signal });
    await expect(written(task)).rejects.toEqual(new ReportImpossible('integerTooLarge', { column: 'calls' }));
    expect(await readdir(directory)).toEqual(['hot.csv']);
    // The instance of a failed run is not used again.
    const after = await written(await taskOver([fact({})], { plan, directory, signal }));
    expect((await read(after)).rows).toEqual([['1', null]]);
  });

  test('leaves no file when it is aborted', async () => {
    const stop = new AbortController();
    const reason = new Error('the lease was lost');
    const task = await taskOverMany(300_000, {
      plan: planOf({ output: parquet }),
      directory,
      signal: stop.signal,
      onProgress: () => stop.abort(reason),
    });
    await expect(written(task)).rejects.toBe(reason);
    expect(await readdir(directory)).toEqual(['hot.csv']);
  });

  test('that finds the disk broken is an error for users', async () => {
    const broken = path.join(directory, 'hot.csv', 'rows');
    const task = await taskOver([fact({})], { plan: planOf({ output: parquet }), directory, signal });
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    await connection.run(
      `create view facts as select 7::integer environment_id, timestamp '2026-03-01' as timestamp, 'a' apiproxy, 1::bigint message_count`,
    );
    const failure: unknown = await writeTable(connection, {
      boundPlan: task,
      statement: compileReportTable(task),
      pathOf: () => broken,
      needsFile: true,
    }).catch((error: unknown) => error);
    instance.closeSync();
    expect(toAttemptFailure(failure, { memoryMb: 1, threads: 1, maxSpillMb: 1 }).message).toBe(
      'The disk for temporary files cannot be used',
    );
  });
});
