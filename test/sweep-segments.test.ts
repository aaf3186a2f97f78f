import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, type Database } from '@hourglass/database';
import { sweepSegments, type SegmentFile } from '@hourglass/facts';
import { openObjectStore } from '@hourglass/object-store';
import {
  createTestDatabase,
  createTestTenant,
  temporaryFolder,
  type TemporaryFolder,
  type TestDatabase,
} from '@hourglass/testing';

let testDatabase: TestDatabase;
let folder: TemporaryFolder;
let database: Database;
beforeEach(async () => {
  [testDatabase, folder] = await Promise.all([createTestDatabase(), temporaryFolder()]);
  await createTestTenant(testDatabase.url, {});
  database = openDatabase({ as: 'owner', url: testDatabase.url, poolSize: 2 });
});
afterEach(async () => {
  await database.close();
  await testDatabase.drop();
  await folder.remove();
});

/** The database rounds to milliseconds, so a row written now may have the time of the next one. */
const atOnceMs = -1;

const file: SegmentFile = {
  path: '',
  bytes: 10,
  sha256: 'ab',
  facts: 1,
  firstMs: 0,
  lastMs: 0,
  columns: [],
};

/** Leaves a partial segment, as a process does that is killed while it stores one. */
async function beginStoring(key: string): Promise<string> {
  const incoming = path.join(folder.path, 'store', 'incoming');
  await mkdir(incoming, { recursive: true });
  const begun = path.join(incoming, `${key.replaceAll('/', '+')}+0b5a`);
  await writeFile(begun, 'PAR1');
  return begun;
}

test('a partially stored segment is deleted once no process writes it, and not before', async () => {
  const objects = await openObjectStore({ folder: path.join(folder.path, 'store'), s3: null });
  const { segments } = database;
  const sweep = (incomingForMs: number) =>
    sweepSegments(
      { segments, objects, onRemoved: () => {} },
      { retiredForMs: atOnceMs, incomingForMs, limit: 100 },
    );
  const owner = { environmentId: 1, dataset: 'api' };
  const begun = await beginStoring((await segments.register(owner, file)).key);
  const forgotten = await segments.register(owner, file);
  await segments.unregister(forgotten);
  const leftOver = await beginStoring(forgotten.key);

  expect(await sweep(3_600_000)).toBe(1);
  expect([existsSync(begun), existsSync(leftOver)]).toEqual([true, false]);
  // The object, which does not exist, and the partial file.
  expect(await sweep(atOnceMs)).toBe(2);
  expect(existsSync(begun)).toBe(false);
});
