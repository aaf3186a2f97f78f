import { chmod, mkdtemp, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

export function temporaryFolder(): Promise<TemporaryFolder> {
  return createFolder(path.join(tmpdir(), 'hourglass-test-'));
}

const databasesPrefix = 'hourglass-databases-';
/** More than the databases of a run and PostgreSQL's log take. */
const databasesBytes = 2 * 1024 ** 3;

/**
 * A folder for the databases of a test run: below `memory`, a file system in memory, if that has room for them.
 * PostgreSQL copies a database there in a tenth of the processor time, because ext4 is slow to create hundreds of files
 * after others were deleted. Also removes what killed runs have left there.
 */
export async function databasesFolder(memory = '/dev/shm'): Promise<TemporaryFolder> {
  if (!(await hasRoom(memory))) return temporaryFolder();
  await removeLeftovers(memory);
  return createFolder(path.join(memory, `${databasesPrefix}${process.pid}-`));
}

/** Leaves the folders of running processes and of other accounts. */
async function removeLeftovers(memory: string): Promise<void> {
  for (const name of await readdir(memory)) {
    const [, pid] = new RegExp(`^${databasesPrefix}(\\d+)-`).exec(name) ?? [];
    if (pid === undefined || isRunning(Number(pid))) continue;
    const folder = path.join(memory, name);
    const { uid } = await stat(folder);
    if (uid === process.getuid?.()) await rm(folder, { recursive: true, force: true });
  }
}

async function hasRoom(folder: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize >= databasesBytes;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}

/** Also true for a process of another account. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

async function createFolder(prefix: string): Promise<TemporaryFolder> {
  const folder = await mkdtemp(prefix);
  // As root, a test starts PostgreSQL under another account, which needs access.
  await chmod(folder, 0o755);
  return { path: folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
