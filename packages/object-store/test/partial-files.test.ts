import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { PartialShape } from '@hourglass/query';
import type { PlacedPartial } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPartialFiles } from '../src/index.ts';

const { signal } = new AbortController();
const column = (name: string) => ({ name, segmentName: name, type: 'text' as const });
const hourly: PartialShape = {
  ...{ id: 'hourly', version: '1', dataset: 'api', filter: null, filteredBy: [], resolution: 'hour' },
  keys: [column('apiproxy'), column('request_verb')],
  measures: [],
};
const daily: PartialShape = { ...hourly, id: 'daily', resolution: 'day', keys: [column('apiproxy')] };
const segment = { id: randomUUID(), facts: 1_000 };

let folder: TemporaryFolder;
let faults: unknown[];
beforeEach(async () => {
  folder = await temporaryFolder();
  faults = [];
});
afterEach(() => folder.remove());

const directory = () => path.join(folder.path, 'partials');
const open = (maxBytes = 1_000) =>
  createPartialFiles({ directory: directory(), maxBytes, onFault: (error) => faults.push(error) });

async function written(content: string, shape = hourly, rows = 10): Promise<PlacedPartial> {
  const file = path.join(folder.path, randomUUID());
  await writeFile(file, content);
  return { path: file, rows, shape };
}

/** Returns the contents of the placed partials by the ids of their segments. */
async function placed(files: ReturnType<typeof open>, ids: readonly string[], shape: PartialShape) {
  const task = path.join(folder.path, randomUUID());
  await mkdir(task);
  const segments = ids.map((id) => ({ id }));
  const found = await files.place(segments, { shape, directory: task, signal });
  expect([...found.values()].every((partial) => partial.path.startsWith(task))).toBe(true);
  const contents = [...found].map(
    async ([id, { path: file }]) => [id, await readFile(file, 'utf8')] as const,
  );
  return Object.fromEntries(await Promise.all(contents));
}

/** The files of all segments. */
async function keptFiles(): Promise<readonly string[]> {
  const names = await readdir(path.join(directory(), 'segments'), { recursive: true });
  return names.filter((name) => name.endsWith('.parquet'));
}

test('a partial is placed for its segment, and for each shape that it covers, in every process', async () => {
  await open().keep(segment, await written('hourly'), signal);
  const other = randomUUID();
  expect(await placed(open(), [segment.id, other], hourly)).toEqual({ [segment.id]: 'hourly' });
  expect(await placed(open(), [segment.id], daily)).toEqual({ [segment.id]: 'hourly' });
});

test.each([
  { of: 'a shorter unit of time', shape: { ...hourly, resolution: 'minute' } },
  { of: 'another key', shape: { ...hourly, keys: [column('useragent')] } },
  { of: 'another filter', shape: { ...hourly, filter: 'errors', filteredBy: [column('is_error')] } },
  { of: 'another dataset', shape: { ...hourly, dataset: 'mint' } },
  { of: 'another version of the engine', shape: { ...hourly, version: '2' } },
  {
    of: 'a column of another type',
    shape: { ...hourly, keys: [{ ...column('apiproxy'), type: 'integer' }] },
  },
  {
    of: 'a sum that it does not have',
    shape: { ...hourly, measures: [{ column: column('apiproxy'), aggregate: 'sum' }] },
  },
] as const)('a partial does not answer for $of', async ({ shape }) => {
  const files = open();
  await files.keep(segment, await written('hourly'), signal);
  expect(await placed(files, [segment.id], shape)).toEqual({});
});

test('of several partials the one with the fewest rows is placed', async () => {
  const files = open();
  await files.keep(segment, await written('hourly', hourly, 240), signal);
  await files.keep(segment, await written('daily', daily, 10), signal);
  expect(await placed(files, [segment.id], daily)).toEqual({ [segment.id]: 'daily' });
});

test('the shapes that no partial of a segment covers are missing', async () => {
  const files = open();
  const other = { ...hourly, dataset: 'mint' };
  expect(await files.missing(segment, [hourly, daily])).toEqual([hourly, daily]);
  await files.keep(segment, await written('hourly'), signal);
  // The daily one can be computed from the hourly one.
  expect(await open().missing(segment, [hourly, daily, other])).toEqual([other]);
});

test('a damaged partial is not placed, and deleted', async () => {
  const files = open();
  await files.keep(segment, await written('hourly'), signal);
  const [name = ''] = await keptFiles();
  await writeFile(path.join(directory(), 'segments', name), 'hourlY');
  expect(await placed(files, [segment.id], hourly)).toEqual({});
  expect(await keptFiles()).toEqual([]);
  expect(faults).toEqual([]);
});

test('the description of a shape that is damaged hides its partials', async () => {
  await open().keep(segment, await written('hourly'), signal);
  const [name = ''] = await readdir(path.join(directory(), 'shapes'));
  const file = path.join(directory(), 'shapes', name);
  await writeFile(file, (await readFile(file, 'utf8')).replace('hour', 'days'));
  expect(await placed(open(), [segment.id], hourly)).toEqual({});
});

test('partials that spare the fewest facts for their bytes make room for others', async () => {
  const files = open(200);
  const [large, small] = [randomUUID(), randomUUID()];
  await files.keep({ id: large, facts: 1_000 }, await written('l'.repeat(120)), signal);
  await files.keep({ id: small, facts: 1_000 }, await written('s'.repeat(20)), signal);
  const kept = await keptFiles();
  // Both were used at the same time.
  const anHourAgo = new Date(Date.now() - 3_600_000);
  for (const name of kept) await utimes(path.join(directory(), 'segments', name), anHourAgo, anHourAgo);
  await files.keep(segment, await written('n'.repeat(100)), signal);
  const found = await placed(files, [large, small, segment.id], hourly);
  expect(Object.keys(found).toSorted()).toEqual([small, segment.id].toSorted());
});

test('a partial that is larger than all space is not kept', async () => {
  const files = open(100);
  await files.keep(segment, await written('x'.repeat(101)), signal);
  expect(await placed(files, [segment.id], hourly)).toEqual({});
  expect(faults).toEqual([]);
});

test('a shape is known from the second report on, to every process', async () => {
  expect([await open().isKnown(hourly), await open().isKnown(hourly), await open().isKnown(daily)]).toEqual([
    false,
    true,
    false,
  ]);
});

test('a refused shape is refused in its environment only, and its fault is reported', () => {
  const files = open();
  files.refuse(hourly, 1, null);
  files.refuse(daily, 1, new Error('out of memory'));
  expect([files.isRefused(hourly, 1), files.isRefused(hourly, 2), files.isRefused(daily, 1)]).toEqual([
    true,
    false,
    true,
  ]);
  expect(faults).toEqual([new Error('out of memory')]);
});

test('a fault of the disk is as if there were no partials, and reported', async () => {
  await writeFile(directory(), 'not a folder');
  const files = open();
  await files.keep(segment, await written('hourly'), signal);
  expect(await placed(files, [segment.id], hourly)).toEqual({});
  expect(await files.isKnown(hourly)).toBe(false);
  expect(faults.length).toBeGreaterThanOrEqual(2);
});

test('the partials of a segment that is gone are deleted', async () => {
  const files = open();
  const other = { id: randomUUID(), facts: 1_000 };
  await files.keep(segment, await written('hourly'), signal);
  await files.keep(other, await written('other'), signal);
  expect((await files.listSegments()).toSorted()).toEqual([segment.id, other.id].toSorted());
  await files.forget(segment.id);
  expect(await placed(files, [segment.id, other.id], hourly)).toEqual({ [other.id]: 'other' });
});
