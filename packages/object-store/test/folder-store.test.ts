import { randomUUID } from 'node:crypto';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ServiceUnavailable } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createFolderStore } from '../src/folder-store.ts';
import { describeObjectStore } from './object-store-conformance.ts';

let folder: TemporaryFolder;
beforeAll(async () => {
  folder = await temporaryFolder();
});
afterAll(() => folder.remove());

describeObjectStore(async () => createFolderStore({ directory: path.join(folder.path, 'conformance') }));

test('creates a missing folder, and keeps objects and ETags across a restart', async () => {
  const directory = path.join(folder.path, 'not', 'yet', 'there');
  const source = path.join(folder.path, 'source');
  await writeFile(source, 'bytes');
  const before = createFolderStore({ directory });
  await before.check();
  const stored = await before.putFile('a/b', source, { contentType: 'text/plain' });
  expect(await createFolderStore({ directory }).stat('a/b')).toEqual(stored);
});

test('incomplete files of killed processes are never listed, and are removed after a day', async () => {
  const directory = path.join(folder.path, 'crashed');
  const incoming = path.join(directory, 'incoming');
  await mkdir(incoming, { recursive: true });
  const [old, recent] = [randomUUID(), randomUUID()];
  for (const name of [old, recent]) await writeFile(path.join(incoming, name), 'half');
  const yesterday = new Date(Date.now() - 25 * 60 * 60 * 1000);
  await utimes(path.join(incoming, old), yesterday, yesterday);

  const store = createFolderStore({ directory });
  const source = path.join(folder.path, 'whole');
  await writeFile(source, 'whole');
  await store.putFile('object', source, { contentType: 'text/plain' });

  const keys: string[] = [];
  for await (const { key } of store.list('')) keys.push(key);
  expect(keys).toEqual(['object']);
  expect(await readdir(incoming)).toEqual([recent]);
});

test('an aborted upload leaves no file', async () => {
  const directory = path.join(folder.path, 'aborted');
  const store = createFolderStore({ directory });
  await store.check();
  const source = path.join(folder.path, 'large');
  await writeFile(source, Buffer.alloc(64 * 1024 * 1024));
  const controller = new AbortController();
  const upload = store.putFile('k', source, { contentType: 'text/plain', signal: controller.signal });
  setImmediate(() => controller.abort(new Error('stop')));
  await expect(upload).rejects.toThrow('stop');
  expect(await readdir(path.join(directory, 'incoming'))).toEqual([]);
});

test('an impossible folder is reported as an unavailable store', async () => {
  const file = path.join(folder.path, 'a-file');
  await writeFile(file, '');
  const store = createFolderStore({ directory: path.join(file, 'below') });
  await expect(store.check()).rejects.toThrow(ServiceUnavailable);
  const upload = store.putFile('k', file, { contentType: 'text/plain' });
  await expect(upload).rejects.toThrow(ServiceUnavailable);
  expect(await readdir(folder.path)).toContain('a-file');
});

test('deleting leaves no empty folders and does not disturb concurrent puts', async () => {
  const directory = path.join(folder.path, 'emptied');
  const store = createFolderStore({ directory });
  const source = path.join(folder.path, 'short');
  await writeFile(source, 'x');
  const keys = Array.from({ length: 20 }, (_, index) => `a/b/c/d/e/${index}`);
  const putAndDelete = async (key: string) => {
    for (let round = 0; round < 20; round += 1) {
      await store.putFile(key, source, { contentType: 'text/plain' });
      await store.delete(key);
    }
  };
  await Promise.all(keys.map(putAndDelete));
  expect(await readdir(path.join(directory, 'objects'))).toEqual([]);
});
