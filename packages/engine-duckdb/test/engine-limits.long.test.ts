import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { outputColumns } from '@hourglass/query';
import type { EngineTask, RowFile } from '@hourglass/reports';
import { parquetLines } from '../../archive/test/parquet-lines.ts';
import { createDuckDbEngine, type DuckDbEngineOptions } from '../src/duckdb-engine.ts';
import { linesOf, planOf, rowsOf, taskOverMany } from './hot-facts-file.ts';

const never = new AbortController().signal;
const mebibyte = 1024 * 1024;

let root: string;
/** Facts of the task. */
let directory: string;
beforeEach(async () => {
  root = await mkdtemp(path.join(tmpdir(), 'hourglass-engine-'));
  directory = path.join(root, 'task');
  await mkdir(directory);
});
afterEach(() => rm(root, { recursive: true, force: true }));

function engineWith(options: Partial<DuckDbEngineOptions> = {}) {
  return createDuckDbEngine({
    directory: root,
    memoryMb: 1024,
    threads: 2,
    maxConcurrentRuns: 1,
    ...options,
  });
}

/** Does not divide reports, so that those that exceed its memory spill. */
const spilling = (options: Partial<DuckDbEngineOptions> = {}) =>
  engineWith({ memoryMb: 128, sliceFacts: 1e9, ...options });

async function spilledFiles(): Promise<number> {
  const names = await readdir(root, { recursive: true });
  return names.filter((name) => /^spill-[^/]+\//.test(name)).length;
}

async function leftFiles(): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => path.join(path.relative(root, parentPath), name)).toSorted();
}

/** Returns the time from the abort to the rejection, in milliseconds. */
async function abortedAfterMs(run: Promise<unknown>, stop: AbortController, reason: Error): Promise<number> {
  const beganMs = performance.now();
  stop.abort(reason);
  await expect(run).rejects.toBe(reason);
  return performance.now() - beganMs;
}

test('an abort stops a query before its first row within a second and removes spilled files', async () => {
  const stop = new AbortController();
  const task = await taskOverMany(2_000_000, { plan: planOf(), directory, signal: stop.signal });
  const run = rowsOf(spilling().run(task));
  run.catch(() => undefined);
  await expect.poll(spilledFiles, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
  expect(await abortedAfterMs(run, stop, new Error('cancelled'))).toBeLessThan(1000);
  expect(await leftFiles()).toEqual(['task/hot.csv']);
});

test('an abort between two rows stops the query before the next and removes spilled files', async () => {
  const stop = new AbortController();
  const task = await taskOverMany(1_000_000, { plan: planOf(), directory, signal: stop.signal });
  const rows = spilling().run(task)[Symbol.asyncIterator]();
  expect((await rows.next()).done).toBe(false);
  expect(await spilledFiles()).toBeGreaterThan(0);
  stop.abort(new Error('out of time'));
  await expect(rows.next()).rejects.toThrow('out of time');
  expect(await leftFiles()).toEqual(['task/hot.csv']);
});

test('an abort stops the writing of a file within a second and leaves nothing', async () => {
  for (const writtenBytes of [0, 1]) {
    const stop = new AbortController();
    const task = await taskOverMany(2_000_000, { plan: planOf(), directory, signal: stop.signal });
    const writing = spilling().writeRows(task).next();
    writing.catch(() => undefined);
    await expect.poll(spilledFiles, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    const written = () => stat(path.join(directory, 'rows-0')).then(({ size }) => size);
    await expect.poll(written, { timeout: 20_000, interval: 5 }).toBeGreaterThanOrEqual(writtenBytes);
    expect(await abortedAfterMs(writing, stop, new Error('cancelled'))).toBeLessThan(1000);
    expect(await leftFiles()).toEqual(['task/hot.csv']);
  }
});

test.each([
  ['at once', spilling, [1_000_000]],
  ['in slices by text', () => engineWith({ memoryMb: 128 }), expect.any(Array)],
])('rows that exceed the memory are complete and in order, %s', async (_, engine, rowsOfFiles) => {
  const task = await taskOverMany(1_000_000, { plan: planOf(), directory, signal: never });
  const files: RowFile[] = [];
  for await (const file of engine().writeRows(task)) files.push(file);
  let lines = 0;
  let last = '';
  for (const { path: file } of files)
    for await (const line of createInterface(createReadStream(file))) {
      if (line <= last) throw new Error(`${line} comes after ${last}`);
      last = line;
      lines += 1;
    }
  expect([files.map(({ rows }) => rows), lines]).toEqual([rowsOfFiles, 1_000_000]);
  expect(await leftFiles()).toEqual(
    expect.arrayContaining(['task/hot.csv', ...files.map((_, index) => `task/rows-${index}`)]),
  );
});

const parquet = planOf({ output: { format: 'parquet' } });

test('Parquet files of rows that exceed the memory are complete and in order', async () => {
  const task = await taskOverMany(2_000_000, { plan: parquet, directory, signal: never });
  const columns = outputColumns(task);
  let last = '';
  let rows = 0;
  for await (const file of spilling().writeRows(task)) {
    for (const line of await parquetLines(file.path, columns)) {
      if (line <= last) throw new Error(`${line} comes after ${last}`);
      last = line;
      rows += 1;
    }
    await rm(file.path);
  }
  expect(rows).toBe(2_000_000);
  expect(await leftFiles()).toEqual(['task/hot.csv']);
});

test('an abort stops the writing of Parquet within a second and leaves nothing', async () => {
  for (const isWriting of [false, true]) {
    const stop = new AbortController();
    const task = await taskOverMany(2_000_000, { plan: parquet, directory, signal: stop.signal });
    const engine = spilling({ parquetFileBytes: mebibyte });
    const writing = engine.writeRows(task).next();
    writing.catch(() => undefined);
    const fileBytes = () => stat(path.join(directory, 'rows-0')).then(({ size }) => size);
    if (isWriting) await expect.poll(fileBytes, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    else await expect.poll(spilledFiles, { timeout: 20_000, interval: 5 }).toBeGreaterThan(0);
    expect(await abortedAfterMs(writing, stop, new Error('cancelled'))).toBeLessThan(1000);
    expect(await leftFiles()).toEqual(['task/hot.csv']);
  }
});

test('progress of a long run is reported during the computation as growing shares', async () => {
  const shares: number[] = [];
  const task = await taskOverMany(2_000_000, { plan: planOf(), directory, signal: never });
  await linesOf(engineWith().writeRows({ ...task, onProgress: (share) => shares.push(share) }));
  expect(shares.length).toBeGreaterThan(2);
  expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...shares)).toBeLessThanOrEqual(1);
  expect(shares.at(-1)).toBeGreaterThan(shares[0] ?? 1);
});

test('an abort before the start opens no instance', async () => {
  const signal = AbortSignal.abort(new Error('stop'));
  const task = await taskOverMany(1, { plan: planOf(), directory, signal });
  await expect(rowsOf(engineWith().run(task))).rejects.toThrow('stop');
  await expect(linesOf(engineWith().writeRows(task))).rejects.toThrow('stop');
});

/** Runs until the first rows, and returns the growth of the process until then. */
async function grownBytesAtFirstRows(task: EngineTask): Promise<number> {
  const beforeBytes = process.memoryUsage.rss();
  for await (const { rowCount } of engineWith({ memoryMb: 512 }).run(task)) {
    expect(rowCount).toBeGreaterThan(0);
    return process.memoryUsage.rss() - beforeBytes;
  }
  throw new Error('there were no rows');
}

test('memory and spilled files are released at once when the consumer stops early', async () => {
  const task = await taskOverMany(1_000_000, { plan: planOf(), directory, signal: never });
  await grownBytesAtFirstRows(task);
  const beforeBytes = process.memoryUsage.rss();
  expect(await grownBytesAtFirstRows(task)).toBeGreaterThan(100 * mebibyte);
  expect(process.memoryUsage.rss() - beforeBytes).toBeLessThan(75 * mebibyte);
  expect(await leftFiles()).toEqual(['task/hot.csv']);
});

test('a result that exceeds the memory is complete and in order', async () => {
  const task = await taskOverMany(1_000_000, { plan: planOf(), directory, signal: never });
  let rows = 0;
  let spilled = 0;
  let last = '';
  for await (const { rowCount, columns } of spilling().run(task)) {
    if (rows === 0) spilled = await spilledFiles();
    rows += rowCount;
    for (const proxy of columns[1] ?? []) {
      if (typeof proxy !== 'string' || proxy <= last) throw new Error(`${proxy} comes after ${last}`);
      last = proxy;
    }
  }
  expect(rows).toBe(1_000_000);
  expect(spilled).toBeGreaterThan(0);
  expect(await leftFiles()).toEqual(['task/hot.csv']);
});

test('a report that is out of memory continues in slices that fit', async () => {
  const plan = planOf({ timeUnit: 'minute' });
  const hot = await taskOverMany(1_000_000, { plan, directory, signal: never }, { minutes: 50 });
  const segment = await engineWith().writeHotFacts(hot);
  if (segment === null) throw new Error('unreachable: there are hot facts');
  const task = { ...hot, facts: { ...hot.facts, hotRows: 0, segments: [segment] } };
  const { text, rows } = await linesOf(
    // No report has enough facts for slices at first.
    engineWith({ memoryMb: 40, sliceFacts: 1e9 }).writeRows(task),
  );
  expect(rows.length).toBeGreaterThan(1);
  const lines = text.trimEnd().split('\n');
  expect(new Set(lines).size).toBe(1_000_000);
  const minutes = lines.map((line) => / 00:(\d\d)/.exec(line)?.[1] ?? 'none');
  expect(minutes).toEqual(minutes.toSorted());
  expect([minutes[0], minutes.at(-1)]).toEqual(['00', '49']);
});

test('too little memory and too little disk are errors with advice for users', async () => {
  const task = await taskOverMany(1_000_000, { plan: planOf(), directory, signal: never });
  await expect(rowsOf(engineWith({ memoryMb: 128, maxSpillMb: 1 }).run(task))).rejects.toThrow(
    'The report needs more than 1 MB of temporary disk space: request fewer groups or a shorter time range',
  );
  await expect(rowsOf(engineWith({ memoryMb: 16, maxConcurrentRuns: 2 }).run(task))).rejects.toThrow(
    'The report needs more than 8 MB of memory: request fewer groups or a shorter time range',
  );
  expect(await leftFiles()).toEqual(['task/hot.csv']);
});
