import { readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { nullWhenMissing } from '../folder-files.ts';

/** Deletes the older half of the files in a folder if there are `maxFiles` or more. */
export async function deleteOldestFiles(directory: string, maxFiles: number): Promise<void> {
  const names = await readdir(directory);
  if (names.length < maxFiles) return;
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(directory, name);
      return { file, usedMs: (await nullWhenMissing(stat(file)))?.mtimeMs ?? 0 };
    }),
  );
  const oldest = files.toSorted((one, other) => one.usedMs - other.usedMs).slice(0, names.length / 2);
  for (const { file } of oldest) await rm(file, { force: true });
}
