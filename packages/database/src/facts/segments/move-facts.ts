import type { HotFacts } from '@hourglass/facts';
import { escapeIdentifier, type ClientBase, type Pool } from 'pg';
import { inTransaction } from '../../connection/transaction.ts';

/** Another process has moved the facts; the transaction is rolled back. */
class MovedMeanwhile extends Error {}

/**
 * Makes the segment live and deletes its hot facts in one transaction, so that every snapshot sees
 * each fact in exactly one place. Returns false, and changes nothing, when another process was
 * faster.
 */
export function sealFacts(pool: Pool, hot: HotFacts, segmentId: string): Promise<boolean> {
  const { dataset, environmentId, batchSeqs, facts } = hot;
  return unlessMoved(pool, async (client) => {
    await goLive(client, [segmentId]);
    // Also locks the batches: a concurrent seal waits here and then finds no hot batch.
    await expectRows(
      client,
      batchSeqs.length,
      'update batches set hot = false where environment_id = $1 and dataset = $2 and seq = any($3) and hot',
      [environmentId, dataset.name, batchSeqs],
    );
    const { rowCount } = await client.query(
      `delete from ${escapeIdentifier(dataset.hotTable)} where environment_id = $1 and batch_seq = any($2)`,
      [environmentId, batchSeqs],
    );
    if (rowCount !== facts)
      throw new Error(`deleted ${rowCount} hot facts; expected the ${facts} sealed ones`);
  });
}

/**
 * Makes the merged segment live and retires the replaced ones in one transaction. Returns false,
 * and changes nothing, when another process was faster.
 */
export function replaceSegments(
  pool: Pool,
  replaced: readonly string[],
  segmentId: string,
): Promise<boolean> {
  return unlessMoved(pool, async (client) => {
    await expectRows(
      client,
      replaced.length,
      `update segments set state = 'retired', retired_at = clock_timestamp() where id = any($1) and state = 'live'`,
      [replaced],
    );
    await goLive(client, [segmentId]);
    await expectRows(
      client,
      1,
      `select from segments
        where id = $1 and facts = (select sum(facts) from segments where id = any($2))`,
      [segmentId, replaced],
    );
  });
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

async function unlessMoved(pool: Pool, work: (client: ClientBase) => Promise<void>): Promise<boolean> {
  try {
    await inTransaction(pool, work);
    return true;
  } catch (error) {
    if (error instanceof MovedMeanwhile) return false;
    throw error;
  }
}
