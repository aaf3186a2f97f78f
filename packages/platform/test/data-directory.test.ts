import { chmod, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareDataDirectory } from '../src/data-directory.ts';
import type { Logger } from '../src/logger.ts';

let folder: string;
let warnings: string[];
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'hourglass-data-'));
  warnings = [];
});
afterEach(() => rm(folder, { recursive: true }));

async function modeAfter(directory: string): Promise<string> {
  const warn = (_: object, message: string) => warnings.push(message);
  await prepareDataDirectory(directory, { warn } as unknown as Logger);
  return ((await stat(directory)).mode & 0o777).toString(8);
}

async function folderWith(mode: number, ...entries: string[]): Promise<string> {
  const directory = path.join(folder, 'data');
  await mkdir(directory);
  for (const name of entries) await writeFile(path.join(directory, name), '');
  await chmod(directory, mode);
  return directory;
}

test.each([
  ['an empty one', 0o755, [], '700'],
  ['one that Hourglass wrote', 0o777, ['store', 'secret-key', 'postgres.lock', 'lost+found'], '700'],
  ['one that the group of PostgreSQL may enter', 0o710, ['postgres'], '710'],
] as const)('A data directory is closed to other accounts: %s', async (_, mode, entries, after) => {
  expect(await modeAfter(await folderWith(mode, ...entries))).toBe(after);
  expect(warnings).toEqual([]);
});

test('A folder that others use too keeps its rights, with a warning', async () => {
  const shared = await folderWith(0o755, 'store', 'letters.txt');
  expect(await modeAfter(shared)).toBe('755');
  expect(warnings).toEqual([
    `HOURGLASS_DATA_DIR: other accounts may enter ${shared}; expected a folder of its own with mode 700`,
  ]);
});
