import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { AttemptWork } from '../../src/queries/query-store.ts';
import { sweepScratch } from '../../src/queries/sweep-scratch.ts';

const query = '9cfc0d85-0f30-46d6-ae6f-318d0cb961bd';

test('deletes directories of killed workers, and keeps those of running attempts, young engines and other owners', async () => {
  const scratchDirectory = await mkdtemp(path.join(tmpdir(), 'hourglass-scratch-'));
  const names = [`${query}-1`, `${query}-2`, 'spill-old', 'spill-young', 'segments', `${query}-x`];
  try {
    for (const name of names) await mkdir(path.join(scratchDirectory, name, 'inner'), { recursive: true });
    const old = new Date(Date.now() - 25_000);
    for (const name of ['spill-old', 'segments', `${query}-2`])
      await utimes(path.join(scratchDirectory, name), old, old);
    const requested: AttemptWork[] = [];
    const queries = {
      orphanedWork(works: readonly AttemptWork[]) {
        requested.push(...works);
        return Promise.resolve(works.filter(({ attempt }) => attempt === 1).map(({ key }) => key));
      },
    };
    expect(await sweepScratch({ queries }, { scratchDirectory, maxRunMs: 10_000 })).toBe(1);
    expect(requested.toSorted((one, other) => one.attempt - other.attempt)).toEqual([
      { key: `${query}-1`, queryId: query, attempt: 1 },
      { key: `${query}-2`, queryId: query, attempt: 2 },
    ]);
    const left = names.filter((name) => name !== `${query}-1` && name !== 'spill-old');
    expect((await readdir(scratchDirectory)).toSorted()).toEqual(left.toSorted());
    expect(await sweepScratch({ queries }, { scratchDirectory: '/nowhere', maxRunMs: 1 })).toBe(0);
  } finally {
    await rm(scratchDirectory, { recursive: true });
  }
});
