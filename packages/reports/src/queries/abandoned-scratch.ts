import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Deletes scratch directories that killed processes left behind. Only directories older than twice
 * `maxRunMs` are deleted, because other processes may share the scratch directory. `namePattern`
 * restricts the deletion by name.
 */
export async function removeAbandonedScratch(
  scratchDirectory: string,
  maxRunMs: number,
  namePattern = /^/,
): Promise<void> {
  const names = await readdir(scratchDirectory).catch(() => []);
  for (const name of names.filter((name) => namePattern.test(name))) {
    const directory = path.join(scratchDirectory, name);
    const found = await stat(directory).catch(() => null);
    if (found === null || Date.now() - found.mtimeMs < 2 * maxRunMs) continue;
    await rm(directory, { recursive: true, force: true });
  }
}
