import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { factRowColumns } from '@hourglass/query';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { createSegmentWriter } from '../src/index.ts';
import { writeCopiedFacts } from './copied-facts-file.ts';

const signal = new AbortController().signal;
const writer = createSegmentWriter({ memoryMb: 256, threads: 1 });
const columns = factRowColumns([
  { name: 'apiproxy', type: 'text' },
  { name: 'target', type: 'text' },
  { name: 'message_count', type: 'integer' },
]);
const timestamp = '2026-01-01T00:00:00.000Z';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

async function seal(name: string, targets: readonly (string | null)[]) {
  const csvPath = path.join(folder.path, `${name}.csv`);
  await writeCopiedFacts(
    csvPath,
    columns,
    targets.map((target) => ({ timestamp, apiproxy: 'a', target })),
  );
  return writer.seal({ csvPath, columns, directory: folder.path, signal });
}

const described = (hasNotSetText: boolean) => [
  { name: 'apiproxy', type: 'text', hasNotSetText: false },
  { name: 'target', type: 'text', hasNotSetText },
  { name: 'message_count', type: 'integer' },
];

test('a segment states for each text whether it is ever "(not set)", also after a merge', async () => {
  const without = await seal('without', ['', null, 'not set', '(NOT SET)', '!', '~']);
  const having = await seal('having', ['!', null, '(not set)', '~']);
  expect(without.columns).toEqual(described(false));
  expect(having.columns).toEqual(described(true));
  const merge = async (files: readonly (typeof having)[]) => {
    const segments = files.map((file) => ({ ...file, deletions: [] }));
    return (await writer.merge({ segments, expiredBeforeMs: null, directory: folder.path, signal })).file;
  };
  expect((await merge([without, having])).columns).toEqual(described(true));
  expect((await merge([without, without])).columns).toEqual(described(false));
});
