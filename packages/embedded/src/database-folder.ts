import { randomUUID } from 'node:crypto';
import { chown, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedServerError, type EmbeddedLog } from './running-server.ts';
import { createOpenFolder, isReachable, letIn, runningAsRoot, type ServerUser } from './server-user.ts';

/** The folder of an embedded database: its cluster and the password of its owner. */
export interface DatabaseFolder {
  readonly path: string;
  /** The account that owns the folder and runs the server; null: the account of this process. */
  readonly user: ServerUser | null;
}

/**
 * A file in the data folder that names a database folder elsewhere. It moves with a renamed data
 * folder.
 */
const pointerName = 'postgres-folder';
/** A file in a database folder elsewhere that names its data folder. */
const ownerName = 'data-folder.json';

/**
 * Returns the database folder of a data folder, which may not exist yet. It is `postgres` in the
 * data folder, except when this process is root and the unprivileged account cannot enter the data
 * folder.
 * @throws EmbeddedServerError when no account can use the folder, or when the data folder is a copy
 */
export async function findDatabaseFolder(options: {
  readonly dataDirectory: string;
  /** Every account can traverse it and only root can write to it. */
  readonly rootDirectory: string;
  /** Returns the account for a new database when this process is root. */
  readonly chooseUser: () => Promise<ServerUser>;
  readonly log: EmbeddedLog;
}): Promise<DatabaseFolder> {
  const { dataDirectory, rootDirectory, chooseUser, log } = options;
  const own = path.join(dataDirectory, 'postgres');
  if (!runningAsRoot()) return { path: own, user: null };
  const ownOwner = await ownerOf(own);
  if (ownOwner !== null) {
    await letIn(dataDirectory, ownOwner);
    if (await isReachable(own, ownOwner)) return { path: own, user: ownOwner };
    throw new EmbeddedServerError(
      `the database folder ${own}: its owner, account ${ownOwner.uid}, cannot enter it; ` +
        'run chmod o+x on the folders above it, or start as that account',
    );
  }
  const unprivileged = await chooseUser();
  const pointed = await readPointer(dataDirectory);
  if (pointed === null && (await letIn(dataDirectory, unprivileged)))
    return { path: own, user: unprivileged };
  const elsewhere = pointed ?? path.join(rootDirectory, 'databases', randomUUID());
  if (pointed === null) {
    await createOpenFolder(path.dirname(elsewhere));
    if (!(await isReachable(path.dirname(elsewhere), unprivileged))) {
      throw new EmbeddedServerError(
        `${path.dirname(elsewhere)}: some accounts cannot traverse it; run chmod o+x on it and the folders above`,
      );
    }
    await writePointer(dataDirectory, elsewhere);
  } else {
    await checkOwner(elsewhere, dataDirectory);
  }
  log.info(
    { dataDirectory, databaseFolder: elsewhere },
    'the database is outside the data folder: PostgreSQL refuses to run as root, and no other account can enter it',
  );
  return { path: elsewhere, user: (await ownerOf(elsewhere)) ?? unprivileged };
}

/**
 * Creates a database folder under a temporary name, so that an interrupted one is never taken for a
 * complete one.
 */
export async function createDatabaseFolder(
  folder: DatabaseFolder,
  dataDirectory: string,
  fill: (unfinished: string) => Promise<void>,
): Promise<void> {
  const parent = path.dirname(folder.path);
  const prefix = `${path.basename(folder.path)}.new-`;
  for (const name of await readdir(parent)) {
    // Retries because the initdb of a killed process may still be writing into it.
    if (name.startsWith(prefix)) await rm(path.join(parent, name), { recursive: true, maxRetries: 10 });
  }
  const unfinished = path.join(parent, `${prefix}${randomUUID()}`);
  await mkdir(unfinished, { mode: 0o700 });
  try {
    await changeOwner(unfinished, folder.user);
    await fill(unfinished);
    if (parent !== dataDirectory) await writeOwner(unfinished, dataDirectory);
    await rename(unfinished, folder.path);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

/** Changes the owner of a file; null leaves it. */
export async function changeOwner(file: string, user: ServerUser | null): Promise<void> {
  if (user !== null) await chown(file, user.uid, user.gid);
}

/** Returns null for a missing folder and for one that root owns, which no server has written. */
async function ownerOf(folder: string): Promise<ServerUser | null> {
  try {
    const { uid, gid } = await stat(folder);
    return uid === 0 ? null : { uid, gid };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function readPointer(dataDirectory: string): Promise<string | null> {
  try {
    return (await readFile(path.join(dataDirectory, pointerName), 'utf8')).trim() || null;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function writePointer(dataDirectory: string, folder: string): Promise<void> {
  const unfinished = path.join(dataDirectory, `${pointerName}.${randomUUID()}`);
  await writeFile(unfinished, `${folder}\n`, { mode: 0o600 });
  await rename(unfinished, path.join(dataDirectory, pointerName));
}

interface Owner {
  readonly dataDirectory: string;
  /** A renamed folder keeps device and inode, a copy does not. */
  readonly device: number;
  readonly inode: number;
}

async function describeOwner(dataDirectory: string): Promise<Owner | null> {
  try {
    const { dev, ino } = await stat(dataDirectory);
    return { dataDirectory, device: dev, inode: ino };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function writeOwner(folder: string, dataDirectory: string): Promise<void> {
  await writeFile(path.join(folder, ownerName), JSON.stringify(await describeOwner(dataDirectory)), {
    mode: 0o600,
  });
}

/**
 * Checks that a database folder elsewhere belongs to this data folder. A copied data folder points
 * to the database of the original, and the two must not share it.
 * @throws EmbeddedServerError
 */
async function checkOwner(folder: string, dataDirectory: string): Promise<void> {
  let owner: Owner;
  try {
    owner = JSON.parse(await readFile(path.join(folder, ownerName), 'utf8')) as Owner;
  } catch (error) {
    // The process that wrote the pointer died before it created the database.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const now = await describeOwner(dataDirectory);
  if (now?.device === owner.device && now.inode === owner.inode) {
    if (now.dataDirectory !== owner.dataDirectory) await writeOwner(folder, dataDirectory);
    return;
  }
  const original = await describeOwner(owner.dataDirectory);
  if (original?.device === owner.device && original.inode === owner.inode) {
    throw new EmbeddedServerError(
      `${dataDirectory} is a copy of ${owner.dataDirectory}, which owns the database in ${folder}; ` +
        `delete ${path.join(dataDirectory, pointerName)} to start with an empty database`,
    );
  }
  await writeOwner(folder, dataDirectory);
}
