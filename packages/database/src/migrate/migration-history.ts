import type { Client } from 'pg';
import type { Migration } from './migration-files.ts';

/** This version must not change the database's schema. `message` is for the operator. */
export class MigrationRefused extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'MigrationRefused';
  }
}

interface AppliedMigration {
  readonly name: string;
  readonly checksum: string;
  readonly finished: boolean;
}

/** The same table as Prisma's, so that both runners accept each other's databases. */
const createHistory = `
  create table if not exists _prisma_migrations (
    id                  varchar(36) primary key not null,
    checksum            varchar(64) not null,
    finished_at         timestamptz,
    migration_name      varchar(255) not null,
    logs                text,
    rolled_back_at      timestamptz,
    started_at          timestamptz not null default now(),
    applied_steps_count integer not null default 0
  )`;

/**
 * Returns the migrations that the database lacks.
 * @throws MigrationRefused when the database has a migration that is unknown here, failed, or was
 * changed
 */
export async function pendingMigrations(
  client: Client,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  await client.query(createHistory);
  // A migration that was rolled back and resolved manually counts as not applied.
  const { rows } = await client.query<AppliedMigration>(
    `select migration_name as name, checksum, finished_at is not null as finished
       from _prisma_migrations where rolled_back_at is null order by started_at`,
  );
  const known = new Map(migrations.map((migration) => [migration.name, migration]));
  for (const row of rows) refuseForeignMigration(row, known.get(row.name));
  const applied = new Set(rows.map((row) => row.name));
  return migrations.filter((migration) => !applied.has(migration.name));
}

function refuseForeignMigration(applied: AppliedMigration, migration: Migration | undefined): void {
  if (migration === undefined) {
    throw new MigrationRefused(
      `the database has the migration "${applied.name}", which this version does not know: ` +
        'a newer version last used it; start that version or restore an older database',
    );
  }
  if (!applied.finished) {
    throw new MigrationRefused(
      `the migration "${applied.name}" is recorded as failed: repair the database and run ` +
        '`prisma migrate resolve`',
    );
  }
  if (applied.checksum !== migration.checksum) {
    throw new MigrationRefused(
      `the migration "${applied.name}" was changed after it was applied: ` +
        `the database recorded checksum ${applied.checksum}, the file has ${migration.checksum}`,
    );
  }
}

export async function recordMigration(client: Client, migration: Migration, id: string): Promise<void> {
  // clock_timestamp(), because now() is the start of the transaction.
  await client.query(
    `insert into _prisma_migrations
       (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
     values ($1, $2, $3, now(), clock_timestamp(), 1)`,
    [id, migration.checksum, migration.name],
  );
}
