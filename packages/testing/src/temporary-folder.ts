import { chmod, mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

export function temporaryFolder(): Promise<TemporaryFolder> {
  return createFolder(tmpdir());
}

/**
 * A folder for the databases of a test run: in memory where `/dev/shm` has room for them. PostgreSQL copies a database
 * there in a tenth of the processor time, because ext4 is slow to create hundreds of files after others were deleted.
 */
export async function databasesFolder(): Promise<TemporaryFolder> {
  return createFolder((await hasRoomInMemory()) ? memoryFolder : tmpdir());
}

const memoryFolder = '/dev/shm';
/** More than the databases of a run and PostgreSQL's log take. */
const databasesBytes = 2 * 1024 ** 3;

async function hasRoomInMemory(): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(memoryFolder);
    return bavail * bsize >= databasesBytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

async function createFolder(parent: string): Promise<TemporaryFolder> {
  const folder = await mkdtemp(path.join(parent, 'hourglass-test-'));
  // As root, a test starts PostgreSQL under another account, which needs access.
  await chmod(folder, 0o755);
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
