import { open, readFile } from 'node:fs/promises';

/**
 * Flips one bit of each byte of a file in turn, and returns the indexes of the bytes for which
 * `verify` did not reject with a `ManifestFault`.
 */
export async function undetectedFlips(
  file: string,
  verify: () => Promise<unknown>,
): Promise<readonly number[]> {
  const bytes = await readFile(file);
  const undetected: number[] = [];
  const handle = await open(file, 'r+');
  try {
    for (const [index, byte] of bytes.entries()) {
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
