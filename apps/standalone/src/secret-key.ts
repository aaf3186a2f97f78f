import { randomBytes } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Returns the key of 32 bytes, in base64, that encrypts secrets in the database. The first start
 * creates it in the data folder, outside the database, so that a copy of the database alone does
 * not reveal the secrets. The caller holds the lock of the data folder.
 */
export async function loadOrCreateSecretKey(dataDirectory: string): Promise<string> {
  const file = path.join(dataDirectory, 'secret-key');
  const stored = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (stored !== null) return stored.trim();
  const created = randomBytes(32).toString('base64');
  // Renamed when complete: a truncated key after a crash would make its secrets unreadable for
  // ever.
  await writeFile(`${file}.pending`, `${created}\n`, { mode: 0o600 });
  await rename(`${file}.pending`, file);
  return created;
}
