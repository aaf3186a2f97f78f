import { existsSync } from 'node:fs';
import { link, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { aborted, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAttemptScratch } from '../src/attempt-scratch.ts';
import { createScratch } from '../src/scratch.ts';

const mebibyte = 1024 * 1024;

describe('the scratch directory of an attempt', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder.remove());

  const scratch = (limits: { minFreeBytes?: number; maxBytes?: number }) =>
    createAttemptScratch(createScratch(folder.path), {
      directory: folder.path,
      minFreeBytes: 0,
      maxBytes: Infinity,
      checkEveryMs: 10,
      ...limits,
    });

  test('is refused and deleted when less disk space is free than an attempt needs to start', async () => {
    const running = scratch({ minFreeBytes: Number.MAX_SAFE_INTEGER }).within(
      () => Promise.resolve(1),
      'a-1',
    );
    await expect(running).rejects.toMatchObject({ name: 'AttemptFailure', failure: 'diskFull' });
    expect(existsSync(path.join(folder.path, 'a-1'))).toBe(false);
  });

  test('aborts the attempt when its files exceed the limit, and is deleted', async () => {
    const running = scratch({ maxBytes: 3 * mebibyte }).within(async (directory, overfull) => {
      const file = path.join(directory, 'rows');
      await writeFile(file, '');
      await truncate(file, 3 * mebibyte + 1);
      await aborted(overfull);
      throw overfull.reason as Error;
    }, 'a-1');
    await expect(running).rejects.toMatchObject({
      failure: 'temporaryDisk',
      message: expect.stringContaining('more than 3 MB of temporary disk space') as unknown,
    });
    expect(existsSync(path.join(folder.path, 'a-1'))).toBe(false);
  });

  test('does not count segments, which are hard links to existing files', async () => {
    const segment = path.join(folder.path, 'segment');
    await writeFile(segment, '');
    await truncate(segment, 3 * mebibyte);
    const abortedBefore = await scratch({ maxBytes: mebibyte }).within(async (directory, overfull) => {
      await link(segment, path.join(directory, 'segment'));
      const file = path.join(directory, 'rows');
      await writeFile(file, '');
      await truncate(file, mebibyte);
      // The abort after one more byte shows that checks ran; the files before it were within the limit.
      const before = overfull.aborted;
      await truncate(file, mebibyte + 1);
      await aborted(overfull);
      return before;
    }, 'a-1');
    expect(abortedBefore).toBe(false);
  });
});
