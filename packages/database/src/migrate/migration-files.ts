import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';

export interface Migration {
  readonly name: string;
  readonly sql: string;
  /** SHA-256 of the file's bytes, hex, as Prisma computes it. */
  readonly checksum: string;
  /**
   * Whether it changes indexes with `concurrently`, which lets reads and writes continue but is not possible in a
   * transaction. All its statements can be repeated, and none has a semicolon within.
   */
  readonly isConcurrent: boolean;
}

/** Reads this version's migrations in the order of application: by name, as in Prisma. */
export async function readMigrations(folder: string): Promise<readonly Migration[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(names.sort().map((name) => readMigration(folder, name)));
}

async function readMigration(folder: string, name: string): Promise<Migration> {
  const bytes = await readFile(`${folder}/${name}/migration.sql`);
  const sql = bytes.toString('utf8');
  const checksum = createHash('sha256').update(bytes).digest('hex');
  return { name, sql, checksum, isConcurrent: /^\s*(create|drop) index concurrently\b/im.test(sql) };
}
