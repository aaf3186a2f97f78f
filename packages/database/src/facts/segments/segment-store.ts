import type { IncomingSegment, SegmentOwner, SegmentStore } from '@hourglass/facts';
import type { Catalogue } from '@hourglass/query';
import type { Pool } from 'pg';
import { servedByDatabase } from '../../connection/database-errors.ts';
import { copyHotFacts } from './copy-hot-facts.ts';
import { countHotFacts, listDue, oldestHotFacts } from './hot-batches.ts';
import { replaceSegments, sealFacts } from './move-facts.ts';
import { withOwnerLock } from './owner-lock.ts';
import { listRewritable, retireExpired } from './removable-facts.ts';
import { ownerRetention } from './retention.ts';
import { liveSegments, registerSegment } from './segment-rows.ts';

export interface SegmentStorePools {
  /** Sealing holds one connection for the lock and another while it copies or moves facts. */
  readonly copyPool: Pool;
  readonly controlPool: Pool;
}

export interface SegmentStoreOptions {
  readonly catalogue: Catalogue;
  /** Retention of environments without their own. Null: they keep facts for ever. */
  readonly retentionDays: number | null;
}

export function createSegmentStore(
  { copyPool, controlPool }: SegmentStorePools,
  { catalogue, retentionDays }: SegmentStoreOptions,
): SegmentStore {
  return {
    countHotFacts: () => servedByDatabase(() => countHotFacts(controlPool)),
    listDue: (terms) => servedByDatabase(() => listDue(controlPool, catalogue, terms)),
    oldestHotFacts: (owner, terms) =>
      servedByDatabase(() => oldestHotFacts(controlPool, catalogue, owner, terms)),
    copyHotFacts: (hot, target) => servedByDatabase(() => copyHotFacts(copyPool, hot, target)),
    register: (owner, file) => servedByDatabase(() => registerSegment(controlPool, owner, file)),
    seal: (hot, segmentId) => servedByDatabase(() => sealFacts(copyPool, hot, segmentId)),
    replace: (replacement) => servedByDatabase(() => replaceSegments(copyPool, replacement, retentionDays)),
    listCrowded: (minSegments) => servedByDatabase(() => listCrowded(controlPool, minSegments)),
    listRewritable: (terms, limit) =>
      servedByDatabase(() => listRewritable(controlPool, terms, { retentionDays, limit })),
    listLive: (owner) =>
      servedByDatabase(async () => ({
        // Before the segments: a fact that expires in between is only removed later.
        ...(await ownerRetention(controlPool, owner, retentionDays)),
        segments: await liveSegments(controlPool, owner),
      })),
    retireExpired: () => servedByDatabase(() => retireExpired(controlPool, retentionDays)),
    retireAbandoned: (incomingForMs) =>
      servedByDatabase(async () => {
        const { rowCount } = await controlPool.query(
          `update segments set state = 'retired', retired_at = clock_timestamp()
            where state = 'incoming' and created_at < now() - $1::float8 * interval '1 millisecond'`,
          [incomingForMs],
        );
        return rowCount ?? 0;
      }),
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
