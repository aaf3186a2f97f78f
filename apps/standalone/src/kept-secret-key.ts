import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * The key that encrypts secrets in the database, in base64, as an earlier start left it in the data folder; the first
 * start makes one. Whoever has the database without this file cannot read them. Nobody else may start on the
 * folder meanwhile.
 */
export async function keptSecretKey(dataDirectory: string): Promise<string> {
  const file = path.join(dataDirectory, 'secret-key');
  const kept = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (kept !== null) return kept.trim();
  const made = randomBytes(32).toString('base64');
  // A crash must not leave half a key: what it encrypts could never be read again.
  await writeFile(`${file}.pending`, `${made}\n`, { mode: 0o600 });
  await rename(`${file}.pending`, file);
  return made;
}
