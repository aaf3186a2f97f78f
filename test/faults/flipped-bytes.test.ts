import { createHash, createPublicKey, randomInt } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { verifyArchive } from '@hourglass/archive/verify';
import { printFigure, temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { signedArchive, signingKey } from '../../packages/archive/test/signed-archive.ts';
import { fullOrShort, patienceMs } from './fault-run.ts';

const archives = fullOrShort(1_000, 50);
const publicKey = createPublicKey(signingKey);
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

test(
  'verify detects one modified byte at a random position of an archive',
  async () => {
    const seed = Number(process.env['SEED'] ?? randomInt(2 ** 31));
    console.log(`seed ${seed}; SEED=${seed} repeats it`);
    let state = seed;
    const random = (below: number): number => {
      // Numbers from a hash: sufficiently random, and repeatable by the seed.
      state += 1;
      return createHash('sha256').update(String(state)).digest().readUInt32LE() % below;
    };
    const missed: object[] = [];
    for (let archive = 0; archive < archives; archive += 1) {
      const shape = {
        rows: random(400),
        partBytes: 50 + random(20_000),
        format: random(2) === 0 ? ('json' as const) : ('csv' as const),
      };
      const bytes = await readFile(await signedArchive(folder.path, shape));
      const file = path.join(folder.path, 'changed.zip');
      await writeFile(file, bytes);
      expect((await verifyArchive(file, publicKey)).rows).toBe(shape.rows);
      const index = random(bytes.length);
      bytes[index] = (bytes[index] ?? 0) ^ (1 + random(255));
      await writeFile(file, bytes);
      const outcome = await verifyArchive(file, publicKey).catch((error: unknown) => error);
      if (!(outcome instanceof Error) || outcome.name !== 'ManifestFault')
        missed.push({ seed, shape, index });
    }
    printFigure('one byte flipped', { archives, detected: archives - missed.length });
    expect(missed).toEqual([]);
  },
  patienceMs,
);
