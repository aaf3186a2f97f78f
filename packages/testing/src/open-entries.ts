import { lstat, readdir } from 'node:fs/promises';
import path from 'node:path';

/** Lists what below a folder gives group or others any right, with its mode. */
export async function openEntries(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue;
    const name = path.join(entry.parentPath, entry.name);
    // A running process deletes files meanwhile.
    const mode = await lstat(name).then(
      (found) => found.mode & 0o777,
      () => 0,
    );
    if ((mode & 0o077) !== 0) found.push(`${path.relative(folder, name)} ${mode.toString(8)}`);
  }
  return found;
}
