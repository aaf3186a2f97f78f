import { existsSync } from 'node:fs';
import { link, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createAttemptScratch } from '../src/attempt-scratch.ts';
import { createScratch } from '../src/scratch.ts';

const mebibyte = 1024 * 1024;

describe('the scratch of an attempt', () => {
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
  const whenAborted = (signal: AbortSignal) =>
    new Promise<never>((_, reject) => {
      signal.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
    });

  test('is refused, and leaves no folder, when the disk has less room than an attempt must find', async () => {
    const began = scratch({ minFreeBytes: Number.MAX_SAFE_INTEGER }).within(() => Promise.resolve(1), 'a-1');
    await expect(began).rejects.toMatchObject({ name: 'AttemptFailure', failure: 'diskFull' });
    expect(existsSync(path.join(folder.path, 'a-1'))).toBe(false);
  });

  test('tells the attempt to end when its files are more than they may be, and removes them', async () => {
    const working = scratch({ maxBytes: 3 * mebibyte }).within(async (directory, overfull) => {
      const file = path.join(directory, 'rows');
      await writeFile(file, '');
      await truncate(file, 3 * mebibyte + 1);
      return whenAborted(overfull);
    }, 'a-1');
    await expect(working).rejects.toMatchObject({
      failure: 'temporaryDisk',
      message: expect.stringContaining('more than 3 MB of temporary disk space') as unknown,
    });
    expect(existsSync(path.join(folder.path, 'a-1'))).toBe(false);
  });

  test('does not count segments, which are links to files that are there anyway', async () => {
    const segment = path.join(folder.path, 'segment');
    await writeFile(segment, '');
    await truncate(segment, 3 * mebibyte);
    const aborted = await scratch({ maxBytes: mebibyte }).within(async (directory, overfull) => {
      await link(segment, path.join(directory, 'segment'));
      const file = path.join(directory, 'rows');
      await writeFile(file, '');
      await truncate(file, mebibyte);
      const noticed = whenAborted(overfull).catch(() => null);
      // One byte more is noticed: so what was there before had been looked at, and was not too much.
      const before = overfull.aborted;
      await truncate(file, mebibyte + 1);
      await noticed;
      return before;
    }, 'a-1');
    expect(aborted).toBe(false);
  });
});
