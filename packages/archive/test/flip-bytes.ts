import { randomInt } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { suiteSize } from '@hourglass/testing';

/** 1: each byte. `npm test` flips a fifth of them, beginning with a random one. */
const stride = suiteSize({ short: 5, full: 1 });

/**
 * Flips one bit of every `stride`th byte of a file in turn, and returns the indexes of the bytes for
 * which `verify` did not reject with a `ManifestFault`.
 */
export async function undetectedFlips(
  file: string,
  verify: () => Promise<unknown>,
): Promise<readonly number[]> {
  const bytes = await readFile(file);
  const undetected: number[] = [];
  const handle = await open(file, 'r+');
  try {
    for (let index = randomInt(stride); index < bytes.length; index += stride) {
      const byte = bytes.readUInt8(index);
      await handle.write(Buffer.of(byte ^ (1 << (index % 8))), 0, 1, index);
      const outcome: unknown = await verify().catch((error: unknown) => error);
      if (!(outcome instanceof Error) || outcome.name !== 'ManifestFault') undetected.push(index);
      await handle.write(Buffer.of(byte), 0, 1, index);
    }
  } finally {
    await handle.close();
  }
  // Passes again, so the flips alone were the reason for the faults.
  await verify();
  return undetected;
}
