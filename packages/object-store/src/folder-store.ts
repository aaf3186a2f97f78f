import { access, constants, mkdir, open, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import type { ByteRange, IncompleteObject, ObjectStore } from '@hourglass/reports';
import { assertByteRange, isEmptyRange } from './byte-range.ts';
import {
  available,
  copyToTemporary,
  describeFile,
  incomingPath,
  listFiles,
  listIncoming,
  moveIntoPlace,
  nullWhenMissing,
  removeAbandoned,
  removeEmptyFolders,
} from './folder-files.ts';
import { assertObjectKey, assertObjectPrefix } from './object-key.ts';

/**
 * Creates a store that keeps objects as files: `objects/<key>` below `directory`, incomplete ones
 * in `incoming/`. Objects are never changed in place, so a reader sees the bytes of the object that
 * it opened. Several processes may use one folder. Unlike in S3, no key may lie below the key of
 * another object.
 */
export function createFolderStore(options: { directory: string }): ObjectStore {
  const root = path.resolve(options.directory);
  const objects = path.join(root, 'objects');
  const incoming = path.join(root, 'incoming');
  const pathOf = (key: string): string => {
    assertObjectKey(key);
    return path.join(objects, key);
  };

  return {
    async putFile(key, source, { signal }) {
      const target = pathOf(key);
      signal?.throwIfAborted();
      await available(removeAbandoned(incoming));
      const { temporary, stored } = await copyToTemporary(source, incomingPath(incoming, key), signal);
      try {
        await available(moveIntoPlace(temporary, target));
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
      return stored;
    },

    async stat(key) {
      const found = await available(nullWhenMissing(stat(pathOf(key), { bigint: true })));
      return found?.isFile() ? describeFile(found) : null;
    },

    read: async (key, range) => readFileRange(pathOf(key), range),

    async delete(key) {
      const file = pathOf(key);
      await available(nullWhenMissing(rm(file)));
      await removeEmptyFolders(path.dirname(file), objects);
    },

    list(prefix) {
      assertObjectPrefix(prefix);
      const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
      return listFiles(path.join(objects, folder), folder, prefix);
    },

    listIncomplete: (prefix) => listIncomplete(incoming, prefix),

    check: () => available(prepareFolders([objects, incoming])),
  };
}

async function* listIncomplete(incoming: string, prefix: string): AsyncGenerator<IncompleteObject> {
  assertObjectPrefix(prefix);
  for (const { key, path: file } of await available(listIncoming(incoming)))
    if (key.startsWith(prefix)) yield { key, discard: () => available(rm(file, { force: true })) };
}

/** Returns null when there is no such file. */
async function readFileRange(file: string, range: ByteRange | undefined): Promise<Readable | null> {
  if (range) assertByteRange(range);
  const handle = await available(nullWhenMissing(open(file, 'r')));
  if (handle === null) return null;
  const isObject = (await handle.stat()).isFile();
  if (!isObject || isEmptyRange(range)) {
    await handle.close();
    return isObject ? Readable.from([]) : null;
  }
  return handle.createReadStream(range ? { start: range.start, end: range.endExclusive - 1 } : {});
}

/** Creates the folders and rejects when one cannot be read and written. */
async function prepareFolders(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await mkdir(folder, { recursive: true });
    await access(folder, constants.R_OK | constants.W_OK | constants.X_OK);
  }
}
