import { randomUUID } from 'node:crypto';
import type { Catalogue } from '@hourglass/query';
import { Client } from 'pg';
import { connectionOptions } from '../connection/connection-pool.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { makeHotTables } from './hot-tables.ts';
import { migrationsFolder, readMigrations, type Migration } from './migration-files.ts';
import { pendingMigrations, recordMigration } from './migration-history.ts';

/** The number that Prisma's own command line locks, so that neither runs into the other. */
const migrationLock = 72707369;

export interface MigrateOptions {
  readonly url: string;
  readonly log: (message: string) => void;
  /** Where the migrations are; the repository's by default. */
  readonly folder?: string;
  /** The datasets whose facts the database takes; none by default. */
  readonly catalogue?: Catalogue;
}

/**
 * Brings the database to this version's schema, with the hot tables of the catalogue; does nothing when it is there already. Any number of programs
 * may call it at once. Our own runner, because Prisma's needs an engine that cannot be downloaded everywhere.
 * Throws `MigrationRefused` when the database belongs to another version, `ServiceUnavailable` when it cannot be
 * reached, and the database's error when a migration fails: then nothing of that migration stays.
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { url, log, folder = migrationsFolder, catalogue = new Map() } = options;
  const migrations = await readMigrations(folder);
  await servedByDatabase(async () => {
    const client = new Client(connectionOptions(url));
    // Without a listener a connection lost between two statements would end the process; the next statement fails.
    client.on('error', () => {});
    try {
      await client.connect();
      await lock(client, log);
      for (const migration of await pendingMigrations(client, migrations)) {
        await apply(client, migration);
        log(`applied migration ${migration.name}`);
      }
      await makeHotTables(client, catalogue, log);
    } finally {
      // Also gives the lock back.
      await client.end();
    }
  });
}

async function lock(client: Client, log: (message: string) => void): Promise<void> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
    migrationLock,
  ]);
  if (rows[0]?.locked === true) return;
  log('waiting for another program that migrates the database');
  await client.query('select pg_advisory_lock($1)', [migrationLock]);
}

async function apply(client: Client, migration: Migration): Promise<void> {
  await client.query('begin');
  try {
    await client.query(migration.sql);
    await recordMigration(client, migration, randomUUID());
    await client.query('commit');
  } catch (error) {
    await client.query('rollback').catch(() => {});
    throw new Error(`the migration "${migration.name}" failed`, { cause: error });
  }
}
