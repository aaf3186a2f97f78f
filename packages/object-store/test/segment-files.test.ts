import { createHash, randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { StoredSegment } from '@hourglass/query';
import type { ObjectStore } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createFolderStore } from '../src/folder-store.ts';
import { createSegmentCache } from '../src/segment-cache.ts';
import { createSegmentFiles } from '../src/index.ts';

const signal = new AbortController().signal;

let folder: TemporaryFolder;
/** Stands in for S3: segments are read through the port. */
let objects: ObjectStore;
beforeEach(async () => {
  folder = await temporaryFolder();
  objects = createFolderStore({ directory: path.join(folder.path, 'store') });
});
afterEach(() => folder.remove());

async function stored(content: string): Promise<StoredSegment> {
  const id = randomUUID();
  const key = `segments/1/api/${id}.parquet`;
  const file = path.join(folder.path, id);
  await writeFile(file, content);
  await objects.putFile(key, file, { contentType: 'application/vnd.apache.parquet' });
  const sha256 = createHash('sha256').update(content).digest('hex');
  return {
    id,
    key,
    bytes: content.length,
    sha256,
    etag: null,
    facts: 1,
    firstMs: 0,
    lastMs: 0,
    columns: [],
    deletions: [],
  };
}

async function taskFolder(): Promise<string> {
  const directory = path.join(folder.path, randomUUID());
  await mkdir(directory);
  return directory;
}

describe('segments of a folder', () => {
  const files = () =>
    createSegmentFiles(
      { folder: path.join(folder.path, 'store'), s3: null },
      { objects, cache: { directory: path.join(folder.path, 'cache'), maxBytes: 0 } },
    );

  test('are provided in order, and stay readable after they are deleted', async () => {
    const [a, b] = [await stored('first'), await stored('second')];
    const directory = await taskFolder();
    const paths = await files().place([b, a], { environmentId: 1, directory, signal });
    await Promise.all([a, b].map(({ key }) => objects.delete(key)));
    expect(await Promise.all(paths.map((file) => readFile(file, 'utf8')))).toEqual(['second', 'first']);
    expect(paths.every((file) => file.startsWith(directory))).toBe(true);
  });

  test('are refused when missing or truncated', async () => {
    const segment = await stored('whole');
    const place = async (one: StoredSegment) =>
      files().place([one], { environmentId: 1, directory: await taskFolder(), signal });
    await expect(place({ ...segment, bytes: 6 })).rejects.toMatchObject({ name: 'ServiceUnavailable' });
    await objects.delete(segment.key);
    await expect(place(segment)).rejects.toMatchObject({ name: 'ServiceUnavailable' });
  });
});

test('a segment outside of the prefix of its environment is not placed', async () => {
  const own = await stored('own');
  const files = createSegmentFiles(
    { folder: path.join(folder.path, 'store'), s3: null },
    { objects, cache: { directory: path.join(folder.path, 'cache'), maxBytes: 0 } },
  );
  const place = async (environmentId: number) =>
    files.place([own], { environmentId, directory: await taskFolder(), signal });
  await expect(place(2)).rejects.toThrow(
    `object key: "${own.key}" belongs to another environment; expected one below "segments/2/"`,
  );
  // The prefix of environment 11 begins with that of 1 but for the slash.
  await expect(place(11)).rejects.toMatchObject({ name: 'ForeignObject' });
  expect(await place(1)).toHaveLength(1);
});

describe('segments of a remote store', () => {
  const cacheFolder = () => path.join(folder.path, 'cache');
  const cacheOf = (maxBytes: number) => createSegmentCache(objects, { directory: cacheFolder(), maxBytes });

  async function put(cache: ReturnType<typeof cacheOf>, segment: StoredSegment): Promise<string> {
    const file = path.join(await taskFolder(), 'segment.parquet');
    await cache.linkSegment(segment, file, signal);
    return readFile(file, 'utf8');
  }

  test('are fetched once, then linked from the cache', async () => {
    const segment = await stored('content');
    const cache = cacheOf(100);
    expect(await put(cache, segment)).toBe('content');
    await objects.delete(segment.key);
    expect(await put(cache, segment)).toBe('content');
    expect(await readdir(cacheFolder())).toEqual([`${segment.id}.parquet`]);
  });

  test('are refused and not cached when the stored bytes differ in number or content', async () => {
    const segment = await stored('content');
    const cache = cacheOf(100);
    for (const changed of [{ bytes: 8 }, { bytes: 6 }, { sha256: 'another' }, { key: 'segments/gone' }]) {
      await expect(put(cache, { ...segment, ...changed })).rejects.toMatchObject({
        name: 'ServiceUnavailable',
      });
    }
    expect(await readdir(cacheFolder())).toEqual([]);
  });

  test('are evicted least recently used first, and stay readable where linked', async () => {
    const [a, b, c] = [await stored('aaaa'), await stored('bbbb'), await stored('cccc')];
    const cache = cacheOf(8);
    const read = path.join(await taskFolder(), 'segment.parquet');
    await cache.linkSegment(a, read, signal);
    await put(cache, b);
    const old = new Date(Date.now() - 60_000);
    await utimes(path.join(cacheFolder(), `${a.id}.parquet`), old, old);
    await utimes(path.join(cacheFolder(), `${b.id}.parquet`), old, old);
    // Makes `b` the least recently used.
    await put(cache, a);
    await put(cache, c);
    expect((await readdir(cacheFolder())).toSorted()).toEqual(
      [a, c].map(({ id }) => `${id}.parquet`).toSorted(),
    );
    await rm(cacheFolder(), { recursive: true });
    expect(await readFile(read, 'utf8')).toBe('aaaa');
  });

  test('larger than the cache are provided but not cached', async () => {
    const segment = await stored('too large');
    expect(await put(cacheOf(3), segment)).toBe('too large');
    expect(await readdir(cacheFolder())).toEqual([]);
  });

  test('can be fetched twice at the same time', async () => {
    const segment = await stored('content');
    const cache = cacheOf(100);
    expect(await Promise.all([put(cache, segment), put(cache, segment)])).toEqual(['content', 'content']);
    expect(await readdir(cacheFolder())).toEqual([`${segment.id}.parquet`]);
  });
});
