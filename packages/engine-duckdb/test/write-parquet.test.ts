import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { compileShownRows, type Plan } from '@hourglass/query';
import { ReportImpossible, type EngineTask, type RowFile } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { createFactsView } from '../src/facts-view.ts';
import { createDuckDbEngine } from '../src/index.ts';
import { runStatement } from '../src/statements.ts';
import { planOf, startMs, taskOver, taskOverMany, type Fact } from './hot-facts-file.ts';

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

const parquet: Plan['output'] = { format: 'parquet' };
const { signal } = new AbortController();
const fact = (changes: Readonly<Record<string, string | number | bigint | null>>): Fact => ({
  environment_id: 7,
  timestamp: startMs,
  message_count: 1,
  ...changes,
});

const engineOf = (parquetFileBytes?: number) =>
  createDuckDbEngine({
    ...{ directory: folder.path, memoryMb: 512, threads: 2, maxConcurrentRuns: 1 },
    ...(parquetFileBytes !== undefined && { parquetFileBytes }),
  });

/** Writes the rows as another engine does: texts and doubles. */
async function shownRows(task: EngineTask, name = 'shown'): Promise<RowFile> {
  const file = path.join(folder.path, name);
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  try {
    await createFactsView(connection, task.facts, task);
    const { sql, parameters } = compileShownRows(task);
    const copy = `copy (${sql}) to $${parameters.length + 1} (format parquet, row_group_size 4096)`;
    const { rowsChanged } = await runStatement(connection, { sql: copy, parameters: [...parameters, file] });
    return { path: file, rows: rowsChanged };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function* eachOf(files: readonly RowFile[]): AsyncGenerator<RowFile, void> {
  for (const file of files) yield await Promise.resolve(file);
}

async function digestsOf(written: AsyncIterable<RowFile>) {
  const files: { rows: number; md5: string }[] = [];
  for await (const { path: file, rows } of written)
    files.push({
      rows,
      md5: createHash('md5')
        .update(await readFile(file))
        .digest('hex'),
    });
  return files;
}

const sum = { metric: 'message_count', function: 'sum', alias: 'calls' } as const;
const kinds = planOf({
  metrics: [sum, { metric: 'message_count', function: 'avg', alias: 'mean' }],
  dimensions: ['apiproxy', 'response_status_code', 'created', 'organization'],
  timeUnit: 'hour',
  output: parquet,
});
const noFacts: readonly Fact[] = [];

describe('rows that another engine computed', () => {
  test.each([
    {
      name: 'of each kind',
      facts: [
        fact({ apiproxy: 'é "x"\n', response_status_code: -404, created: startMs + 123 }),
        fact({ apiproxy: '', message_count: null }),
        fact({ apiproxy: '(not set)', message_count: 2n ** 62n }),
      ],
    },
    { name: 'none', facts: noFacts },
  ])('give the bytes of a report in Parquet: $name', async ({ facts }) => {
    const task = await taskOver(facts, { plan: kinds, directory: folder.path, signal });
    const expected = await digestsOf(engineOf().writeRows(task));
    const shown = eachOf([await shownRows(task)]);
    expect(await digestsOf(engineOf().writeParquet({ ...task, shown, signal }))).toEqual(expected);
    expect(await readdir(folder.path)).not.toContain('shown');
  });

  test('stay in order over several files, with the bytes of a report in Parquet', async () => {
    const plan = planOf({ output: parquet });
    const task = await taskOverMany(120_000, { plan, directory: folder.path, signal });
    const expected = await digestsOf(engineOf(400_000).writeRows(task));
    expect(expected.length).toBeGreaterThan(4);
    const shown = eachOf([await shownRows(task)]);
    expect(await digestsOf(engineOf(400_000).writeParquet({ ...task, shown, signal }))).toEqual(expected);
  });

  test('of several files follow one another, and files without rows are left out and deleted', async () => {
    const plan = planOf({ output: parquet });
    const some = await taskOver([fact({ apiproxy: 'a' })], { plan, directory: folder.path, signal });
    const files = [await shownRows(some, 'first'), await shownRows(some, 'third')];
    const nothing = await taskOver([], { plan, directory: folder.path, signal });
    const none = [await shownRows(nothing, 'second'), await shownRows(nothing, 'last')];
    const shown = eachOf([files[0], none[0], files[1], none[1]] as RowFile[]);
    const written = await digestsOf(engineOf().writeParquet({ ...some, shown, signal }));
    expect(written.map(({ rows }) => rows)).toEqual([1, 1]);
    expect(written[0]).toEqual(written[1]);
    const left = await readdir(folder.path);
    expect(['first', 'second', 'third', 'last'].filter((name) => left.includes(name))).toEqual([]);
  });

  test('are refused and leave no file when they are not as many as the engine says', async () => {
    const plan = planOf({ output: parquet });
    const task = await taskOver([fact({})], { plan, directory: folder.path, signal });
    const shown = await shownRows(task);
    const short = eachOf([{ ...shown, rows: 2 }]);
    await expect(digestsOf(engineOf().writeParquet({ ...task, shown: short, signal }))).rejects.toMatchObject(
      { failure: 'computation', cause: { message: expect.stringContaining('1 rows') as string } },
    );
    expect((await readdir(folder.path)).filter((name) => name.startsWith('parquet-'))).toEqual([]);
  });

  test('with an integer beyond 64 bits are impossible, with the name of its column', async () => {
    const plan = planOf({ output: parquet });
    const beyond = [fact({ message_count: 2n ** 63n - 1n }), fact({ message_count: 1 })];
    const task = await taskOver(beyond, { plan, directory: folder.path, signal });
    const shown = eachOf([await shownRows(task)]);
    await expect(digestsOf(engineOf().writeParquet({ ...task, shown, signal }))).rejects.toEqual(
      new ReportImpossible('integerTooLarge', { column: 'calls' }),
    );
  });
});
