import { spawnSync } from 'node:child_process';
import { mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { databasesFolder, temporaryFolder } from '../src/index.ts';

test('the databases of a killed run are removed by the next one, and those of a running one are kept', async () => {
  const memory = await temporaryFolder();
  const { pid: ended } = spawnSync(process.execPath, ['--version']);
  const kept = [`hourglass-databases-${process.ppid}-abc`, 'of-another-program'];
  for (const name of [`hourglass-databases-${ended}-abc`, ...kept]) {
    await mkdir(path.join(memory.path, name, 'postgres'), { recursive: true });
  }
  const folder = await databasesFolder(memory.path);
  const found = await readdir(memory.path);
  expect(found.toSorted()).toEqual([path.basename(folder.path), ...kept].toSorted());
  await folder.remove();
  await memory.remove();
});
