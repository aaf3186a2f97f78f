import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Catalogue } from '@hourglass/query';
import { Client } from 'pg';
import { connectionOptions } from '../connection/connection-pool.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { secureTables } from './access/secure-tables.ts';
import { createMissingHotTables } from './hot-tables.ts';
import { readMigrations, type Migration } from './migration-files.ts';
import { pendingMigrations, recordMigration } from './migration-history.ts';
import { unpartitionHotTables } from './unpartition-hot-tables.ts';

/** The advisory lock of Prisma's command line, so that the two exclude each other. */
const migrationLock = 72707369;
const lockPollMs = 100;

export interface MigrateOptions {
  readonly url: string;
  readonly log: (message: string) => void;
  /** The folder of the migrations. */
  readonly folder: string;
  /** Datasets whose hot tables are created; none by default. */
  readonly catalogue?: Catalogue;
}

/**
 * Migrates the database to this version's schema, creates missing hot tables of the catalogue, and
 * gives API and worker their roles, grants and policies.
 * Safe to call from concurrent processes. Replaces Prisma's runner, whose engine cannot be
 * downloaded everywhere.
 * @throws MigrationRefused when another version owns the database, or the user may not create roles
 * @throws ServiceUnavailable when the database is unreachable
 * @throws Error when a migration fails; that migration is rolled back, or runs again if it is concurrent
 */
export async function migrate(options: MigrateOptions): Promise<void> {
  const { url, log, folder, catalogue = new Map() } = options;
  const migrations = await readMigrations(folder);
  await servedByDatabase(async () => {
    const client = await connect(url);
    try {
      await lock(client, log);
      const partitions = { connect: () => connect(url), log };
      // Before the migrations, because one that adds a column would lock every partition.
      await unpartitionHotTables(client, partitions);
      for (const migration of await pendingMigrations(client, migrations)) {
        await apply(client, migration);
        log(`applied migration ${migration.name}`);
      }
      // Again, because the first migration creates partitioned tables.
      await unpartitionHotTables(client, partitions);
      await createMissingHotTables(client, catalogue, log);
      await secureTables(client, log);
    } finally {
      // Also releases the lock.
      await client.end();
    }
  });
}

async function connect(url: string): Promise<Client> {
  const client = new Client(connectionOptions(url));
  // Without a listener, a connection lost between statements would end the process; the next
  // statement fails anyway.
  client.on('error', () => {});
  await client.connect();
  return client;
}

async function lock(client: Client, log: (message: string) => void): Promise<void> {
  let isWaiting = false;
  while (!(await tryLock(client))) {
    if (!isWaiting) log('waiting for another process to migrate the database');
    isWaiting = true;
    await delay(lockPollMs);
  }
}

/** A statement that waits for the lock would keep the other process from creating indexes concurrently. */
async function tryLock(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1) as locked', [
    migrationLock,
  ]);
  return rows[0]?.locked === true;
}

async function apply(client: Client, migration: Migration): Promise<void> {
  if (migration.isConcurrent) return applyConcurrently(client, migration);
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

/** Each statement is a transaction of its own. After a failure, all of them run again. */
async function applyConcurrently(client: Client, migration: Migration): Promise<void> {
  try {
    for (const statement of migration.sql.split(';')) await client.query(statement);
    await recordMigration(client, migration, randomUUID());
  } catch (error) {
    throw new Error(`the migration "${migration.name}" failed`, { cause: error });
  }
}
