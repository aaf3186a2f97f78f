import { randomUUID } from 'node:crypto';
import { chown, mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { EmbeddedServerError, type EmbeddedLog } from './running-server.ts';
import { isReachable, runningAsRoot, unprivilegedUser, type ServerUser } from './server-user.ts';

/** What belongs to one embedded database: the cluster and the password of its owner. */
export interface DatabaseFolder {
  readonly path: string;
  /** Null: our own account. */
  readonly user: ServerUser | null;
}

/** In the data folder: names the database folder when that is elsewhere. It moves with a renamed data folder. */
const pointerName = 'postgres-folder';
/** In a database folder that is elsewhere: whose it is. */
const ownerName = 'data-folder.json';

/**
 * Finds the database folder of a data folder, or says where it is to be created. It is `postgres` in the data
 * folder, except for root in a place that an account without rights cannot enter.
 */
export async function findDatabaseFolder(options: {
  readonly dataDirectory: string;
  /** Traversable for every account and written by root only. */
  readonly rootDirectory: string;
  readonly log: EmbeddedLog;
}): Promise<DatabaseFolder> {
  const { dataDirectory, rootDirectory, log } = options;
  const own = path.join(dataDirectory, 'postgres');
  if (!runningAsRoot()) return { path: own, user: null };
  const ownOwner = await ownerOf(own);
  if (ownOwner !== null) {
    if (await isReachable(own, ownOwner)) return { path: own, user: ownOwner };
    throw new EmbeddedServerError(
      `the database folder ${own} belongs to account ${ownOwner.uid}, which cannot enter it: ` +
        'let it pass through the folders above (chmod o+x), or start as that account',
    );
  }
  const nobody = unprivilegedUser();
  const pointed = await readPointer(dataDirectory);
  if (pointed === null && (await isReachable(dataDirectory, nobody))) return { path: own, user: nobody };
  const elsewhere = pointed ?? path.join(rootDirectory, 'databases', randomUUID());
  if (pointed === null) {
    await mkdir(path.dirname(elsewhere), { recursive: true, mode: 0o755 });
    if (!(await isReachable(path.dirname(elsewhere), nobody))) {
      throw new EmbeddedServerError(`${path.dirname(elsewhere)} must be traversable for every account`);
    }
    await writePointer(dataDirectory, elsewhere);
  } else {
    await checkOwner(elsewhere, dataDirectory);
  }
  log.info(
    { dataDirectory, databaseFolder: elsewhere },
    'PostgreSQL does not run as root and no other account can enter the data folder: the database is elsewhere',
  );
  return { path: elsewhere, user: (await ownerOf(elsewhere)) ?? nobody };
}

/** Fills a new database folder under another name, so that an interrupted one is never taken for a whole one. */
export async function createDatabaseFolder(
  folder: DatabaseFolder,
  dataDirectory: string,
  fill: (unfinished: string) => Promise<void>,
): Promise<void> {
  const parent = path.dirname(folder.path);
  const prefix = `${path.basename(folder.path)}.new-`;
  for (const name of await readdir(parent)) {
    // The initdb of a killed launcher may still be writing into it; hence the repetition.
    if (name.startsWith(prefix)) await rm(path.join(parent, name), { recursive: true, maxRetries: 10 });
  }
  const unfinished = path.join(parent, `${prefix}${randomUUID()}`);
  await mkdir(unfinished, { mode: 0o700 });
  try {
    await giveTo(unfinished, folder.user);
    await fill(unfinished);
    if (parent !== dataDirectory) await writeOwner(unfinished, dataDirectory);
    await rename(unfinished, folder.path);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    throw error;
  }
}

export async function giveTo(file: string, user: ServerUser | null): Promise<void> {
  if (user !== null) await chown(file, user.uid, user.gid);
}

/** Null: there is nothing, or root's own, which no server could have written. */
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
  /** A renamed folder keeps both numbers, a copy does not. */
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

/** A copied data folder carries the pointer to the database of the original; two must not write to one. */
async function checkOwner(folder: string, dataDirectory: string): Promise<void> {
  let owner: Owner;
  try {
    owner = JSON.parse(await readFile(path.join(folder, ownerName), 'utf8')) as Owner;
  } catch (error) {
    // The database was not created before the end of the process that wrote the pointer.
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
      `${dataDirectory} is a copy of ${owner.dataDirectory}, and the database in ${folder} belongs to that: ` +
        `delete ${path.join(dataDirectory, pointerName)} to begin with an empty database`,
    );
  }
  await writeOwner(folder, dataDirectory);
}
