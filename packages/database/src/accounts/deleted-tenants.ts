import type { DeletedTenants, EndedQuery } from '@hourglass/reports';
import { auditJson } from '../audit/insert-audit-event.ts';
import { systemEvent } from '../audit/system-event.ts';
import { hotFactsView, ingestTargets, type Catalogue, type IngestTarget } from '@hourglass/query';
import { escapeIdentifier, type ClientBase } from 'pg';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { sql } from '../connection/sql.ts';
import { inTransaction } from '../connection/transaction.ts';
import { cancelChannel } from '../queries/cancel-signals.ts';

export interface DeletedTenantsPools {
  /** Deletes facts, which may take longer than a short statement. */
  readonly copyPool: ScopedPool;
  readonly controlPool: ScopedPool;
}

export function createDeletedTenants(
  { copyPool, controlPool }: DeletedTenantsPools,
  catalogue: Catalogue,
): DeletedTenants {
  const tables = new Map([...ingestTargets(catalogue)].map(([name, target]) => [name, tableOf(target)]));
  const all = controlPool.within(everyTenant);
  return {
    listEnvironments: () => servedByDatabase(() => listEnvironments(all)),
    endWork: (environmentId) => servedByDatabase(() => endWork(all, environmentId)),
    listQueries: (environmentId, limit) => servedByDatabase(() => listQueries(all, environmentId, limit)),
    deleteQueries: (ids) =>
      servedByDatabase(async () => {
        await all.query(sql`delete from queries where id = any(${[...ids]}::uuid[])`);
      }),
    deleteBatches: (environmentId, limits) =>
      servedByDatabase(() =>
        inTransaction(copyPool.within({ environmentId }), (client) =>
          deleteBatches(client, environmentId, { ...limits, tables }),
        ),
      ),
    deleteEnvironment: (environmentId) =>
      servedByDatabase(() =>
        inTransaction(copyPool.within({ environmentId }), (client) =>
          deleteEnvironment(client, environmentId, tables),
        ),
      ),
    deleteOrganizationsData: (olderThanMs, limit) =>
      servedByDatabase(() => deleteOrganizationsData(all, olderThanMs, limit)),
  };
}

function tableOf(target: IngestTarget): string {
  return target.kind === 'records' ? target.records.table : hotFactsView(target.dataset);
}

async function listEnvironments(pool: Queryable): Promise<readonly number[]> {
  const { rows } = await pool.query<{ id: number }>(
    'select id from environments where organization_id is null order by id',
  );
  return rows.map(({ id }) => id);
}

async function endWork(pool: Queryable, environmentId: number): Promise<void> {
  await pool.query(sql`
    update segments set state = 'retired', retired_at = clock_timestamp(), deletions = '[]', deleted_since = null
     where environment_id = ${environmentId}::integer and state = 'live'`);
  await pool.query(sql`
    with cancelled as (
      update queries set state = 'cancelled', lease_expires_at = null, updated_at = now()
       where environment_id = ${environmentId}::integer and state in ('enqueued', 'running')
      returning id
    )
    select pg_notify(${cancelChannel}, id::text) from cancelled`);
}

async function listQueries(
  pool: Queryable,
  environmentId: number,
  limit: number,
): Promise<readonly EndedQuery[]> {
  const { rows } = await pool.query<EndedQuery>(sql`
    select id, archive_key as "archiveKey"
      from queries
     where environment_id = ${environmentId}::integer and state not in ('enqueued', 'running')
     limit ${limit}::integer`);
  return rows;
}

/** Facts and records go in the transaction of their batches, so that none is left without a batch. */
async function deleteBatches(
  client: ClientBase,
  environmentId: number,
  {
    maxBatches,
    maxRows,
    tables,
  }: {
    readonly maxBatches: number;
    readonly maxRows: number;
    readonly tables: ReadonlyMap<string, string>;
  },
): Promise<number> {
  const { rows } = await client.query<{ dataset: string; seqs: readonly string[] }>(sql`
    with oldest as (
      select seq, dataset, accepted from batches
       where environment_id = ${environmentId}::integer
       order by seq
       limit ${maxBatches}::integer
         for update
    ), bounded as (
      select seq, dataset, sum(accepted) over (order by seq) - accepted as rows_before from oldest
    )
    select dataset, array_agg(seq::text) as seqs
      from bounded
     where rows_before < ${maxRows}::bigint
     group by dataset`);
  for (const { dataset, seqs } of rows) {
    const table = tables.get(dataset);
    if (table === undefined) continue;
    await client.query(
      `delete from ${escapeIdentifier(table)} where environment_id = $1 and batch_seq = any($2::bigint[])`,
      [environmentId, seqs],
    );
  }
  const deleted = rows.flatMap(({ seqs }) => seqs);
  await client.query('delete from batches where seq = any($1::bigint[])', [deleted]);
  return deleted.length;
}

/**
 * The lock fails while a batch of the environment is open, and keeps others from beginning: their
 * foreign keys need the row.
 */
async function deleteEnvironment(
  client: ClientBase,
  environmentId: number,
  tables: ReadonlyMap<string, string>,
): Promise<boolean> {
  const locked = await client.query(
    'select from environments where id = $1 and organization_id is null for update skip locked',
    [environmentId],
  );
  if (locked.rowCount === 0) return false;
  const owned = ['batches', 'queries', 'segments'].map(
    (table) => `exists (select from ${table} where environment_id = $1)`,
  );
  const { rows } = await client.query<{ owns: boolean }>(`select ${owned.join(' or ')} as owns`, [
    environmentId,
  ]);
  if (rows[0]?.owns !== false) return false;
  for (const table of tables.values()) {
    await client.query(`delete from ${escapeIdentifier(table)} where environment_id = $1`, [environmentId]);
  }
  await client.query('delete from deleted_custom_fields where environment_id = $1', [environmentId]);
  await client.query('delete from idempotency_keys where environment_id = $1', [environmentId]);
  // Deletes the custom fields too.
  await client.query(sql`
    with deleted as (delete from environments where id = ${environmentId}::integer returning name)
    select insert_audit_event(${auditJson(systemEvent('environment.purge'))}::jsonb
             || jsonb_build_object('environment', name))
      from deleted`);
  return true;
}

/** Deletes rates first: an organization with many takes several calls. */
async function deleteOrganizationsData(pool: Queryable, olderThanMs: number, limit: number): Promise<number> {
  const { rowCount: rates } = await pool.query(sql`
    delete from exchange_rates
     where ctid = any(array(
             select r.ctid from exchange_rates r join organizations o on o.id = r.organization_id
              where o.deleted_at is not null
              limit ${limit}::integer))`);
  if (rates === limit) return rates;
  const { rowCount: organizations } = await pool.query(sql`
    with deleted as (
      delete from organizations o
       where deleted_at < now() - ${olderThanMs}::float8 * interval '1 millisecond'
         and not exists (select from exchange_rates where organization_id = o.id)
      returning name
    )
    select insert_audit_event(${auditJson(systemEvent('organization.purge'))}::jsonb
             || jsonb_build_object('object', name))
      from deleted`);
  return (rates ?? 0) + (organizations ?? 0);
}
