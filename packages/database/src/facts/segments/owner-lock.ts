import type { SegmentOwner } from '@hourglass/facts';
import type { ClientBase, Pool } from 'pg';
import { borrowConnection } from '../../connection/borrow-connection.ts';
import { servedByDatabase } from '../../connection/database-errors.ts';

/**
 * Serializes the transactions that move or delete an owner's facts, until the caller's transaction
 * ends. A deletion would otherwise miss a segment that goes live while it waits for the rows of the
 * segments or hot facts that it replaces.
 */
export async function lockFacts(client: ClientBase, { environmentId, dataset }: SegmentOwner): Promise<void> {
  await client.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [
    `hourglass.facts.${environmentId}.${dataset}`,
  ]);
}

/** The lock belongs to the connection, so it ends with the process. */
export async function withOwnerLock<Result>(
  pool: Pool,
  { environmentId, dataset }: SegmentOwner,
  work: () => Promise<Result>,
): Promise<Result | null> {
  const lock = [`hourglass.segments.${environmentId}.${dataset}`];
  const connection = await servedByDatabase(() => borrowConnection(pool));
  try {
    const { rows } = await servedByDatabase(() =>
      connection.client.query<{ locked: boolean }>(
        'select pg_try_advisory_lock(hashtextextended($1, 0)) as locked',
        lock,
      ),
    );
    if (rows[0]?.locked !== true) return null;
    const result = await work();
    await connection.client.query('select pg_advisory_unlock(hashtextextended($1, 0))', lock);
    return result;
  } catch (error) {
    connection.release(error);
    throw error;
  } finally {
    connection.release();
  }
}
