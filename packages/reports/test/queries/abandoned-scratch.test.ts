import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import { removeAbandonedScratch } from '../../src/queries/abandoned-scratch.ts';

test('deletes the scratch directories of runs that must have ended, and keeps younger ones', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'hourglass-scratch-'));
  try {
    const [old, young] = [path.join(folder, 'old'), path.join(folder, 'young')];
    for (const directory of [old, young]) {
      await mkdir(directory);
      await writeFile(path.join(directory, 'hot-facts.csv'), 'timestamp\n');
    }
    const before = new Date(Date.now() - 25_000);
    await utimes(old, before, before);
    await removeAbandonedScratch(folder, 10_000);
    expect(await readdir(folder)).toEqual(['young']);
    // The scratch directory does not exist before the first run.
    await removeAbandonedScratch(path.join(folder, 'missing'), 10_000);
  } finally {
    await rm(folder, { recursive: true });
  }
});
