import { mkdir, mkdtemp, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { StartError } from './start-error.ts';
import { reasonOf } from './error-reason.ts';

/**
 * Creates the data directory unless it exists.
 * @throws StartError if this process cannot write to it. Permissions do not tell: a read-only or full disk
 * shows only in a write.
 */
export async function prepareDataDirectory(directory: string): Promise<void> {
  try {
    await createFolder(directory);
    await rmdir(await mkdtemp(path.join(directory, '.write-check-')));
  } catch (error) {
    throw new StartError(
      `HOURGLASS_DATA_DIR: cannot write to ${directory} (${reasonOf(error)}); expected a folder with free space that this process may write to`,
      { cause: error },
    );
  }
}

/**
 * Creates the folder and its parents. The `recursive` option of `mkdir` never ends where a folder exists
 * and can have no new entries, as `/proc`.
 */
async function createFolder(directory: string): Promise<void> {
  if ((await tryCreate(directory)) === null) return;
  const parent = path.dirname(directory);
  if (parent !== directory) await createFolder(parent);
  const missing = await tryCreate(directory);
  if (missing !== null) throw missing;
}

/** Returns null if the folder exists now, or the error that its parent does not exist. */
async function tryCreate(directory: string): Promise<Error | null> {
  try {
    await mkdir(directory);
    return null;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'ENOENT') return error;
    // Another process may have created it meanwhile.
    if (error.code === 'EEXIST' && (await stat(directory)).isDirectory()) return null;
    throw error;
  }
}
