import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Removes folders that processes which were killed have left behind: those that were made longer ago than any run
 * lasts, so that the ones of other processes that share the scratch stay. Of all, or of those with such a name.
 */
export async function removeAbandonedScratch(
  scratchDirectory: string,
  maxRunMs: number,
  nameLike = /^/,
): Promise<void> {
  const names = await readdir(scratchDirectory).catch(() => []);
  for (const name of names.filter((one) => nameLike.test(one))) {
    const directory = path.join(scratchDirectory, name);
    const madeAt = await stat(directory).catch(() => null);
    if (madeAt === null || Date.now() - madeAt.mtimeMs < 2 * maxRunMs) continue;
    await rm(directory, { recursive: true, force: true });
  }
}
