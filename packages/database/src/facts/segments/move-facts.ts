import type { HotFacts, Replacement } from '@hourglass/facts';
import { auditJson } from '../../audit/insert-audit-event.ts';
import { systemEvent } from '../../audit/system-event.ts';
import { hotFactsView } from '@hourglass/query';
import { escapeIdentifier, type ClientBase } from 'pg';
import type { Scoped } from '../../connection/scoped-pool.ts';
import { inTransaction } from '../../connection/transaction.ts';
import { lockFacts } from './owner-lock.ts';
import { expiredBefore } from './retention.ts';
import { dateOf } from './segment-rows.ts';

/** Another process has moved the facts; the transaction is rolled back. */
class MovedMeanwhile extends Error {}

/**
 * Makes the segment live and deletes its hot facts in one transaction, so that every snapshot sees
 * each fact in exactly one place. Returns false, and changes nothing, when another process was
 * faster, or some of the facts were deleted since they were copied.
 */
export function sealFacts(scoped: Scoped, hot: HotFacts, segmentId: string): Promise<boolean> {
  const { dataset, environmentId, batchSeqs, facts } = hot;
  return unlessMoved(scoped, async (client) => {
    await lockFacts(client, { environmentId, dataset: dataset.name });
    await goLive(client, [segmentId]);
    const { rows } = await client.query<{ hot: string }>(
      `update batches set hot = false, sealed_with_seq = true
        where environment_id = $1 and dataset = $2 and seq = any($3) and hot
       returning accepted - deleted as hot`,
      [environmentId, dataset.name, batchSeqs],
    );
    const left = rows.reduce((sum, batch) => sum + Number(batch.hot), 0);
    if (rows.length !== batchSeqs.length || left !== facts)
      throw new MovedMeanwhile(`${left} hot facts in ${rows.length} batches; expected ${facts}`);
    const { rowCount } = await client.query(
      `delete from ${escapeIdentifier(hotFactsView(dataset))} where environment_id = $1 and batch_seq = any($2)`,
      [environmentId, batchSeqs],
    );
    if (rowCount !== facts)
      throw new Error(`deleted ${rowCount} hot facts; expected the ${facts} sealed ones`);
  });
}

/**
 * Retires the replaced segments and makes the one with their remaining facts live in one
 * transaction. Returns false, and changes nothing, when another process was faster, more of their
 * facts were deleted since they were read, or the retention was extended.
 */
export function replaceSegments(
  scoped: Scoped,
  { owner, replaced, segmentId, removed, expiredBeforeMs }: Replacement,
  retentionDays: number | null,
): Promise<boolean> {
  return unlessMoved(scoped, async (client) => {
    await lockFacts(client, owner);
    const purges = replaced.some(({ firstMs }) => expiredBeforeMs !== null && firstMs < expiredBeforeMs);
    // The other facts that are missing in the new segment were deleted before.
    if (!purges) await client.query(`set local hourglass.same_facts = 'on'`);
    const ids = replaced.map(({ id }) => id);
    // Deletions are only ever added to a live segment, so their number tells whether any is new.
    await expectRows(
      client,
      replaced.length,
      `update segments s
          set state = 'retired', retired_at = clock_timestamp(), deletions = '[]', deleted_since = null
         from unnest($1::uuid[], $2::integer[]) as source (id, deletions)
        where s.id = source.id and s.state = 'live' and jsonb_array_length(s.deletions) = source.deletions`,
      [ids, replaced.map(({ deletions }) => deletions.length)],
    );
    if (purges)
      await expectRows(
        client,
        1,
        `select from environments e where id = $1 and ${expiredBefore('e', '$2')} >= $3`,
        [owner.environmentId, retentionDays, dateOf(expiredBeforeMs ?? 0)],
      );
    if (segmentId !== null) await goLive(client, [segmentId]);
    await expectRows(
      client,
      1,
      `select where (select sum(facts) from segments where id = any($2)) - $3
                    = coalesce((select facts from segments where id = $1), 0)`,
      [segmentId, ids, removed],
    );
    if (removed > 0) await recordPurge(client, owner, removed);
  });
}

async function recordPurge(
  client: ClientBase,
  { environmentId, dataset }: Replacement['owner'],
  facts: number,
): Promise<void> {
  await client.query(
    `select insert_audit_event($1::jsonb || jsonb_build_object('organization', o.name, 'environment', e.name))
       from environments e left join organizations o on o.id = e.organization_id
      where e.id = $2`,
    [auditJson({ ...systemEvent('facts.purge', { facts }), object: dataset }), environmentId],
  );
}

/**
 * Makes incoming segments live in the caller's transaction. Throws unless all of them are incoming.
 */
export async function goLive(client: ClientBase, segmentIds: readonly string[]): Promise<void> {
  await expectRows(
    client,
    segmentIds.length,
    `update segments set state = 'live' where id = any($1) and state = 'incoming'`,
    [segmentIds],
  );
}

async function expectRows(
  client: ClientBase,
  expected: number,
  sql: string,
  parameters: readonly unknown[],
): Promise<void> {
  const { rowCount } = await client.query(sql, [...parameters]);
  if (rowCount !== expected) throw new MovedMeanwhile(`${rowCount} rows matched; expected ${expected}`);
}

async function unlessMoved(scoped: Scoped, work: (client: ClientBase) => Promise<void>): Promise<boolean> {
  try {
    await inTransaction(scoped, work);
    return true;
  } catch (error) {
    if (error instanceof MovedMeanwhile) return false;
    throw error;
  }
}
