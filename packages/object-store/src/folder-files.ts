import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, type BigIntStats, type Dir } from 'node:fs';
import { mkdir, open, opendir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { ServiceUnavailable, type StoredObject } from '@hourglass/reports';

const copyBufferBytes = 1024 * 1024;
/** A temporary file without a write for this long belongs to a dead process. */
const abandonedAfterMs = 24 * 60 * 60 * 1000;
/**
 * Another process may remove a folder as empty before a file is moved into it; losing this race
 * often is unlikely.
 */
const moveTries = 100;

/**
 * Throws every error of the file system (full, read-only, no permission, missing) as
 * `ServiceUnavailable`.
 */
export async function available<T>(operation: Promise<T>): Promise<T> {
  try {
    return await operation;
  } catch (error) {
    throw new ServiceUnavailable('object store', error);
  }
}

export async function nullWhenMissing<T>(operation: Promise<T>): Promise<T | null> {
  try {
    return await operation;
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ENOTDIR')) return null;
    throw error;
  }
}

/**
 * Derives the ETag from the file's metadata, which avoids reading every archive again after a
 * restart. An object is replaced by renaming a new file over it, so both exist at once and never
 * share an inode, even within one tick of the clock.
 */
export function describeFile(file: BigIntStats): StoredObject {
  const etag = [file.ino, file.mtimeNs, file.size].map((part) => part.toString(36)).join('-');
  return { bytes: Number(file.size), etag };
}

/** Replaces `/` in the names of incoming files; keys have no `+`. */
const separator = '+';
/** Leaves room for a UUID in the 255 bytes that file systems allow. */
const maxNameLength = 200;

/**
 * Returns a new path for the incoming file of `key`. Its name contains the key, unless that is too
 * long.
 */
export function incomingPath(folder: string, key: string): string {
  const name = key.replaceAll('/', separator);
  const unique = randomUUID();
  return path.join(folder, name.length > maxNameLength ? unique : `${name}${separator}${unique}`);
}

/** Lists the incoming files whose names contain their keys. */
export async function listIncoming(folder: string): Promise<readonly { key: string; path: string }[]> {
  const names = (await nullWhenMissing(readdir(folder))) ?? [];
  return names
    .filter((name) => name.includes(separator))
    .map((name) => ({
      key: name.slice(0, name.lastIndexOf(separator)).replaceAll(separator, '/'),
      path: path.join(folder, name),
    }));
}

/** Copies `source` to a new file and flushes it to disk. Leaves no file when it rejects. */
export async function copyToTemporary(
  source: string,
  temporary: string,
  signal: AbortSignal | undefined,
): Promise<{ temporary: string; stored: StoredObject }> {
  await available(mkdir(path.dirname(temporary), { recursive: true }));
  const from = createReadStream(source, { highWaterMark: copyBufferBytes });
  let readError: Error | null = null;
  from.on('error', (error) => (readError = error));
  try {
    await pipeline(from, createWriteStream(temporary, { flags: 'wx', flush: true }), {
      ...(signal && { signal }),
    });
    signal?.throwIfAborted();
    return { temporary, stored: describeFile(await stat(temporary, { bigint: true })) };
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    signal?.throwIfAborted();
    if (error instanceof Error && error === readError) throw error;
    throw new ServiceUnavailable('object store', error);
  }
}

/** Renames the file and flushes the folders, so that the object survives a power failure. */
export async function moveIntoPlace(temporary: string, target: string): Promise<void> {
  const folder = path.dirname(target);
  let firstCreated: string | undefined;
  for (let attempt = 1; ; attempt += 1) {
    try {
      firstCreated = (await mkdir(folder, { recursive: true })) ?? firstCreated;
      await rename(temporary, target);
      break;
    } catch (error) {
      if (attempt === moveTries || !hasCode(error, 'ENOENT')) throw error;
    }
  }
  const topmost = firstCreated === undefined ? folder : path.dirname(firstCreated);
  // Concurrently: file systems with a journal write it once for all of them.
  await Promise.all(foldersUpTo(folder, topmost).map(syncFolder));
}

/** Lists `folder` and its ancestors up to `topmost`. */
function foldersUpTo(folder: string, topmost: string): readonly string[] {
  const parent = path.dirname(folder);
  return folder === topmost || folder === parent ? [folder] : [folder, ...foldersUpTo(parent, topmost)];
}

async function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder as a file, and its renames do not need it.
  if (process.platform === 'win32') return;
  const handle = await nullWhenMissing(open(folder, 'r'));
  try {
    await handle?.sync();
  } finally {
    await handle?.close();
  }
}

/**
 * Lists files below `folder` whose key begins with `prefix`, unordered. Opens one folder per level
 * at a time.
 */
export async function* listFiles(
  folder: string,
  folderKey: string,
  prefix: string,
): AsyncGenerator<{ key: string; bytes: number }> {
  const entries: Dir | null = await available(nullWhenMissing(opendir(folder)));
  if (entries === null) return;
  for await (const entry of entries) {
    const key = folderKey + entry.name;
    const file = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      const below = `${key}/`;
      if (below.startsWith(prefix) || prefix.startsWith(below)) yield* listFiles(file, below, prefix);
    } else if (entry.isFile() && key.startsWith(prefix)) {
      // Null: deleted since the folder was read.
      const found = await available(nullWhenMissing(stat(file)));
      if (found) yield { key, bytes: found.size };
    }
  }
}

/** Removes `folder` and its ancestors below `top`, up to the first that is not empty. */
export async function removeEmptyFolders(folder: string, top: string): Promise<void> {
  for (let current = folder; current.startsWith(top + path.sep); current = path.dirname(current)) {
    try {
      await rmdir(current);
    } catch {
      // Not empty, or removed by another process; a remaining empty folder is harmless.
      return;
    }
  }
}

/** Deletes the temporary files of dead processes. */
export async function removeAbandoned(folder: string): Promise<void> {
  const names = (await nullWhenMissing(readdir(folder))) ?? [];
  for (const name of names) {
    const file = path.join(folder, name);
    const found = await nullWhenMissing(stat(file));
    if (found && Date.now() - found.mtimeMs > abandonedAfterMs) await rm(file, { force: true });
  }
}

function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
