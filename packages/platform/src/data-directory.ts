import { chmod, mkdir, mkdtemp, readdir, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Logger } from './logger.ts';
import { StartError } from './start-error.ts';
import { reasonOf } from './error-reason.ts';

/** Group and others get nothing, except that the group of the embedded PostgreSQL may enter. */
const allowedMode = 0o710;
/** Entries of a data directory, and of a new file system. */
const ownEntry =
  /^(\.write-check-|cache$|credentials\.json|lost\+found$|postgres|scratch$|secret-key|store$|supervisor|worker-heartbeat)/;

/**
 * Creates the data directory unless it exists, and closes it to other accounts. A directory that also
 * holds other files is left as it is, with a warning.
 * @throws StartError if this process cannot write to it. Permissions do not tell: a read-only or full disk
 * shows only in a write.
 */
export async function prepareDataDirectory(directory: string, log: Pick<Logger, 'warn'>): Promise<void> {
  try {
    await createFolder(directory);
    await closeToOthers(directory, log);
    await rmdir(await mkdtemp(path.join(directory, '.write-check-')));
  } catch (error) {
    throw new StartError(
      `HOURGLASS_DATA_DIR: cannot write to ${directory} (${reasonOf(error)}); expected a folder with free space that this process may write to`,
      { cause: error },
    );
  }
}

async function closeToOthers(directory: string, log: Pick<Logger, 'warn'>): Promise<void> {
  const { mode, uid } = await stat(directory);
  const permissions = mode & 0o777;
  if ((permissions & ~allowedMode) === 0 || process.platform === 'win32') return;
  const isOwner = process.getuid?.() === uid || process.getuid?.() === 0;
  // Other programs need their rights in a folder such as /tmp.
  const isShared = (await readdir(directory)).some((name) => !ownEntry.test(name));
  if (isOwner && !isShared) {
    await chmod(directory, permissions & 0o700);
    return;
  }
  log.warn(
    { mode: permissions.toString(8) },
    `HOURGLASS_DATA_DIR: other accounts may enter ${directory}; expected a folder of its own with mode 700`,
  );
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
