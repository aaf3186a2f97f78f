import { mkdir, mkdtemp, rmdir } from 'node:fs/promises';
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
    await mkdir(directory, { recursive: true });
    await rmdir(await mkdtemp(path.join(directory, '.write-check-')));
  } catch (error) {
    throw new StartError(
      `HOURGLASS_DATA_DIR: cannot write to ${directory} (${reasonOf(error)}); expected a folder with free space that this process may write to`,
      { cause: error },
    );
  }
}
