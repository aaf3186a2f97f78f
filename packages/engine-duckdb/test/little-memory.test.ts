import { createHash } from 'node:crypto';
import { link, stat } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mergeSegments, SegmentTooLarge, type SegmentFile, type SegmentStore } from '@hourglass/facts';
import { factRowColumns, type StoredSegment } from '@hourglass/query';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { createSegmentWriter } from '../src/index.ts';
import { writeCopiedFacts } from './copied-facts-file.ts';

const signal = new AbortController().signal;
const segmentCount = 16;
const factsEach = 12_000;
const startMs = Date.UTC(2026, 2, 1);
const columns = factRowColumns([{ name: 'request_path', type: 'text' }]);
/** Enough memory for some of the segments, but not for all at once. */
const memoryMb = 32;

let folder: TemporaryFolder;
let files: SegmentFile[];
beforeAll(async () => {
  folder = await temporaryFolder();
  const writer = createSegmentWriter({ memoryMb: 256, threads: 1 });
  files = [];
  for (let segment = 0; segment < segmentCount; segment += 1) {
    const csvPath = path.join(folder.path, 'facts.csv');
    const facts = Array.from({ length: factsEach }, (_, index) => ({
      environment_id: 7,
      timestamp: startMs + index * 100 + segment,
      request_path: createHash('sha512').update(`${segment} ${index}`).digest('hex'),
    }));
    await writeCopiedFacts(csvPath, columns, facts);
    files.push(await writer.seal({ csvPath, columns, directory: folder.path, signal }));
  }
});
afterAll(() => folder.remove());

test('segments that exceed the memory together are merged some at a time, without losing a fact', async () => {
  const stored = files.map((file, index): StoredSegment => ({
    ...file,
    id: String(index),
    key: String(index),
    etag: null,
    deletions: [],
  }));
  const pathOf = new Map(stored.map(({ id }, index) => [id, files[index]?.path ?? '']));
  const writer = createSegmentWriter({ memoryMb, threads: 1 });
  const directory = folder.path;
  const all = stored.map((segment) => ({ ...segment, path: pathOf.get(segment.id) ?? '' }));
  const merging = { segments: all, expiredBeforeMs: null, directory, signal };
  await expect(writer.merge(merging)).rejects.toThrow(SegmentTooLarge);

  let live = stored;
  const merged: number[] = [];
  const segments = {
    listMergeable: () => Promise.resolve([{ environmentId: 7, dataset: 'api' }]),
    withOwnerLock: (_owner, work) => work(),
    listLive: () =>
      Promise.resolve({
        segments: live,
        environment: 'acme/prod',
        retentionDays: null,
        expiredBeforeMs: null,
      }),
    register: ({ environmentId }, { facts }) => {
      merged.push(facts);
      return Promise.resolve({ id: 'merged', environmentId, key: 'merged' });
    },
    recordEtag: () => Promise.resolve(),
    replace: (replacement) => {
      live = live.filter((segment) => !replacement.replaced.includes(segment));
      return Promise.resolve(true);
    },
  } satisfies Partial<SegmentStore>;
  const objects = {
    putFile: async (_key: string, file: string) => ({ bytes: (await stat(file)).size, etag: 'merged' }),
    delete: () => Promise.resolve(),
  };
  const replaced = await mergeSegments(
    {
      segments: segments as unknown as SegmentStore,
      writer,
      objects,
      onRemoved: () => {},
      place: (chosen, target) =>
        Promise.all(
          chosen.map(async ({ id }) => {
            const placed = path.join(target.directory, id);
            await link(pathOf.get(id) ?? '', placed);
            return placed;
          }),
        ),
      crashPoint: () => {},
    },
    { terms: { targetFacts: 1_000_000, minSegments: 4 }, directory, signal },
  );
  expect(replaced).toBe(segmentCount - live.length);
  expect(replaced).toBeLessThan(segmentCount);
  expect(replaced).toBeGreaterThanOrEqual(2);
  expect(merged).toEqual([replaced * factsEach]);
});
