import type { AcceptedBatch, BatchIdentity, BatchWriter, FactStore, WrittenBatch } from '@hourglass/facts';
import type { AuditOf } from '@hourglass/reports';
import type { ClientBase } from 'pg';
import type { Queryable, Scoped, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { asDatabaseError, servedByDatabase } from '../connection/database-errors.ts';
import { createBatchWriter } from './batch-writer.ts';
import { factTable, recordTable } from './row-table.ts';
import { createSharedTransactions } from './shared-transactions.ts';

export interface FactStorePools {
  /** Each batch holds one connection from `openBatch` to `commit` or `rollback`. */
  readonly copyPool: ScopedPool;
  /** Looks batches up and reserves their numbers. */
  readonly controlPool: ScopedPool;
}

/** Creates stores that differ in the events of their batches, and share transactions. */
export function createFactStores({
  copyPool,
  controlPool,
}: FactStorePools): (audit: AuditOf<WrittenBatch>) => FactStore {
  const storeShared = createSharedTransactions(copyPool);
  return (audit) => ({
    findBatch: (identity) => servedByDatabase(() => acceptedBatch(controlPool.within(identity), identity)),
    async storeTogether(identity, batch) {
      const { id, target } = identity;
      if (target.kind !== 'facts') return 'apart';
      const event = audit({ id, target: target.name, accepted: batch.accepted });
      return storeShared({ ...batch, identity, dataset: target.dataset, event });
    },
    reserveBatch: () => servedByDatabase(() => reserveBatch(controlPool.within(everyTenant))),
    openBatch: (identity, batchSeq) =>
      servedByDatabase(() =>
        openBatch({ ...identity, batchSeq }, { scoped: copyPool.within(identity), audit }),
      ),
  });
}

/** Without a number, the sequence of the column gives one. */
interface NewBatch extends BatchIdentity {
  readonly batchSeq: string | undefined;
}

async function reserveBatch(pool: Queryable): Promise<string> {
  const { rows } = await pool.query<{ seq: string }>(
    "select nextval(pg_get_serial_sequence('batches', 'seq')) as seq",
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the sequence of batches returned no number');
  return row.seq;
}

async function openBatch(
  identity: NewBatch,
  { scoped, audit }: { readonly scoped: Scoped; readonly audit: AuditOf<WrittenBatch> },
): Promise<{ writer: BatchWriter } | { accepted: AcceptedBatch }> {
  const connection = await scoped.begin('begin');
  const { client } = connection;
  try {
    const found = await insertOrFindBatch(client, identity);
    if ('batchSeq' in found) {
      const { batchSeq } = found;
      const { environmentId, target, id } = identity;
      const batch = { environmentId, batchSeq };
      const table =
        target.kind === 'records'
          ? recordTable(client, target.records, batch)
          : factTable(client, target.dataset, batch);
      const auditOf = (accepted: number) => audit({ id, target: target.name, accepted });
      return { writer: createBatchWriter({ connection, batchSeq, table, audit: auditOf }) };
    }
    await client.query('rollback');
    connection.release();
    return found;
  } catch (error) {
    connection.release(error);
    throw asDatabaseError(error);
  }
}

/** Tries again if the batch with the same id is deleted between the two statements. */
async function insertOrFindBatch(
  client: ClientBase,
  identity: NewBatch,
): Promise<{ readonly batchSeq: string } | { readonly accepted: AcceptedBatch }> {
  for (;;) {
    const batchSeq = await insertBatch(client, identity);
    if (batchSeq !== null) return { batchSeq };
    const accepted = await acceptedBatch(client, identity);
    if (accepted !== null) return { accepted };
  }
}

/**
 * Returns the sequence number, or null when the id is taken. Waits for an open transaction that
 * inserted the same id.
 */
async function insertBatch(client: ClientBase, identity: NewBatch): Promise<string | null> {
  const { batchSeq, environmentId, target, id, createdBy = null } = identity;
  const values = [environmentId, target.name, id, createdBy];
  if (batchSeq !== undefined) {
    const { rowCount } = await client.query(
      `insert into batches (environment_id, dataset, id, created_by, seq, accepted, body_sha256)
       values ($1, $2, $3, $4, $5, 0, '')
       on conflict (environment_id, dataset, id) do nothing`,
      [...values, batchSeq],
    );
    return rowCount === 0 ? null : batchSeq;
  }
  const { rows } = await client.query<{ seq: string }>({
    name: 'begin-batch',
    text: `
      insert into batches (environment_id, dataset, id, accepted, body_sha256, created_by)
      values ($1, $2, $3, 0, '', $4)
      on conflict (environment_id, dataset, id) do nothing
      returning seq`,
    values,
  });
  return rows[0]?.seq ?? null;
}

async function acceptedBatch(client: Queryable, identity: BatchIdentity): Promise<AcceptedBatch | null> {
  const { rows } = await client.query<{ accepted: string; body_sha256: string }>(
    'select accepted, body_sha256 from batches where environment_id = $1 and dataset = $2 and id = $3',
    [identity.environmentId, identity.target.name, identity.id],
  );
  const [row] = rows;
  if (row === undefined) return null;
  return { id: identity.id, accepted: Number(row.accepted), bodySha256: row.body_sha256 };
}
