import { readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { catalogue, planQuery, type PartialShape, type Plan } from '@hourglass/query';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createPartialFiles } from '../src/index.ts';

const hourMs = 3_600_000;
const shape = (id: string): PartialShape => ({
  ...{ id, version: '1', dataset: 'api', filter: null, filteredBy: [], resolution: 'hour' },
  ...{ keys: [], measures: [] },
});

let folder: TemporaryFolder;
let faults: unknown[];
beforeEach(async () => {
  folder = await temporaryFolder();
  faults = [];
});
afterEach(() => folder.remove());

const directory = () => path.join(folder.path, 'partials');
const open = () =>
  createPartialFiles({ directory: directory(), maxBytes: 1, onFault: (error) => faults.push(error) }).uses;

function planOf(day: number, environmentId = 1): Plan {
  const date = (of: number) => `2026-03-${String(of).padStart(2, '0')}T00:00:00Z`;
  const planned = planQuery(
    {
      metrics: [{ name: 'message_count', function: 'sum' }],
      filter: "(apiproxy eq 'it''s')",
      timeRange: { start: date(day), end: date(day + 1) },
    },
    {
      ...{ catalogue, dataset: 'api', nowMs: 0 },
      tenant: { organization: 'acme', environment: 'prod', environmentId },
    },
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return planned.plan;
}

const usesFolder = () => path.join(directory(), 'uses');

async function setAge(name: string, hours: number): Promise<void> {
  const [file = ''] = (await readdir(usesFolder())).filter((one) => one.includes(name));
  const used = new Date(Date.now() - hours * hourMs);
  await utimes(path.join(usesFolder(), file), used, used);
}

test('the last plan of each shape is returned to every process, the latest use first', async () => {
  expect(await open().list()).toEqual([]);
  await open().record(shape('one'), planOf(1));
  await open().record(shape('two'), planOf(2));
  await open().record(shape('one'), planOf(3));
  await setAge('two', 1);
  expect(await open().list()).toEqual([planOf(3), planOf(2)]);
});

test('a plan that no report has used for eight days is deleted', async () => {
  await open().record(shape('old'), planOf(1));
  await open().record(shape('weekly'), planOf(2));
  await setAge('old', 8 * 24 + 1);
  await setAge('weekly', 7 * 24 + 1);
  expect(await open().list()).toEqual([planOf(2)]);
  expect(await readdir(usesFolder())).toHaveLength(1);
});

test('a plan that is damaged, or of other software, is deleted', async () => {
  await open().record(shape('one'), planOf(1));
  await writeFile(path.join(usesFolder(), '1-damaged.json'), '{"version":1');
  await writeFile(path.join(usesFolder(), '1-later.json'), JSON.stringify({ ...planOf(1), version: 2 }));
  expect(await open().list()).toEqual([planOf(1)]);
  expect(await readdir(usesFolder())).toEqual(['1-one.json']);
});

test('the plans of one environment are forgotten, and no others', async () => {
  await open().record(shape('one'), planOf(1, 1));
  await open().record(shape('one'), planOf(1, 12));
  await open().forget(1);
  expect(await open().list()).toEqual([planOf(1, 12)]);
});

test('of too many plans the older half is deleted', async () => {
  const uses = open();
  for (let index = 0; index < 256; index += 1) await uses.record(shape(`shape-${index}`), planOf(1));
  await uses.record(shape('new'), planOf(2));
  const plans = await uses.list();
  expect(plans).toHaveLength(129);
  expect(plans).toContainEqual(planOf(2));
});

test('a fault of the disk is reported, and no report fails of it', async () => {
  await writeFile(directory(), 'not a folder');
  await open().record(shape('one'), planOf(1));
  expect(faults).toHaveLength(1);
  expect(await open().list()).toEqual([]);
});
