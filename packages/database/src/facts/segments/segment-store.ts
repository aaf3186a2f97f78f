import type { IncomingSegment, SegmentOwner, SegmentStore } from '@hourglass/facts';
import type { Catalogue } from '@hourglass/query';
import type { Pool } from 'pg';
import { borrowConnection } from '../../connection/transaction.ts';
import { servedByDatabase } from '../../connection/database-errors.ts';
import { copyHotFacts } from './copy-hot-facts.ts';
import { countHotFacts, listDue, oldestHotFacts } from './hot-batches.ts';
import { replaceSegments, sealFacts } from './move-facts.ts';
import { liveSegments, registerSegment } from './segment-rows.ts';

export interface SegmentStorePools {
  /** Sealing holds one connection for the lock and another while it copies or moves facts. */
  readonly copyPool: Pool;
  readonly controlPool: Pool;
}

export function createSegmentStore(
  { copyPool, controlPool }: SegmentStorePools,
  catalogue: Catalogue,
): SegmentStore {
  return {
    countHotFacts: () => servedByDatabase(() => countHotFacts(controlPool)),
    listDue: (terms) => servedByDatabase(() => listDue(controlPool, catalogue, terms)),
    oldestHotFacts: (owner, terms) =>
      servedByDatabase(() => oldestHotFacts(controlPool, catalogue, owner, terms)),
    copyHotFacts: (hot, target) => servedByDatabase(() => copyHotFacts(copyPool, hot, target)),
    register: (owner, file) => servedByDatabase(() => registerSegment(controlPool, owner, file)),
    seal: (hot, segmentId) => servedByDatabase(() => sealFacts(copyPool, hot, segmentId)),
    replace: (replaced, segmentId) => servedByDatabase(() => replaceSegments(copyPool, replaced, segmentId)),
    listCrowded: (minSegments) => servedByDatabase(() => listCrowded(controlPool, minSegments)),
    listLive: (owner) => servedByDatabase(() => liveSegments(controlPool, owner)),
    retireExpired: (days) =>
      retire(
        controlPool,
        `update segments s set state = 'retired', retired_at = clock_timestamp()
           from environments e
          where e.id = s.environment_id and s.state = 'live'
            and s.last_at < now() - coalesce(e.retention_days, $1::integer) * interval '1 day'`,
        days,
      ),
    retireAbandoned: (incomingForMs) =>
      retire(
        controlPool,
        `update segments set state = 'retired', retired_at = clock_timestamp()
          where state = 'incoming' and created_at < now() - $1::float8 * interval '1 millisecond'`,
        incomingForMs,
      ),
    listDeletable: (retiredForMs, limit) =>
      servedByDatabase(() => listDeletable(controlPool, retiredForMs, limit)),
    unownedKeys: (keys) => servedByDatabase(() => unownedKeys(controlPool, keys)),
    unregister: (segmentId) =>
      servedByDatabase(async () => {
        await controlPool.query(`delete from segments where id = $1 and state <> 'live'`, [segmentId]);
      }),
    withOwnerLock: (owner, work) => withOwnerLock(copyPool, owner, work),
  };
}

async function listCrowded(pool: Pool, minSegments: number): Promise<readonly SegmentOwner[]> {
  const { rows } = await pool.query<{ environmentId: number; dataset: string }>(
    `select environment_id as "environmentId", dataset
       from segments where state = 'live'
      group by environment_id, dataset having count(*) >= $1
      order by count(*) desc, environment_id, dataset`,
    [minSegments],
  );
  return rows;
}

async function retire(pool: Pool, sql: string, parameter: number | null): Promise<number> {
  return servedByDatabase(async () => (await pool.query(sql, [parameter])).rowCount ?? 0);
}

/**
 * A query reads the segments of one snapshot, taken after its attempt started. Times have
 * millisecond precision, so an attempt that started in the same millisecond may have started
 * earlier.
 */
async function listDeletable(
  pool: Pool,
  retiredForMs: number,
  limit: number,
): Promise<readonly IncomingSegment[]> {
  const { rows } = await pool.query<IncomingSegment>(
    `select id, object_key as key
       from segments s
      where state = 'retired' and retired_at < now() - $1::float8 * interval '1 millisecond'
        and not exists (select from queries q where q.state = 'running' and q.started_at <= s.retired_at)
      order by retired_at
      limit $2`,
    [retiredForMs, limit],
  );
  return rows;
}

async function unownedKeys(pool: Pool, keys: readonly string[]): Promise<readonly string[]> {
  const { rows } = await pool.query<{ key: string }>(
    `select key from unnest($1::text[]) as listed(key)
      where not exists (select from segments where object_key = key and state = 'incoming')`,
    [keys],
  );
  return rows.map(({ key }) => key);
}

/** The lock belongs to the connection, so it ends with the process. */
async function withOwnerLock<Result>(
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
