import type { IncomingSegment, SegmentStore } from '@hourglass/facts';
import type { Catalogue } from '@hourglass/query';
import type { Pool } from 'pg';
import type { Queryable, ScopedPool } from '../../connection/scoped-pool.ts';
import { everyTenant } from '../../connection/scope.ts';
import { servedByDatabase } from '../../connection/database-errors.ts';
import { copyHotFacts } from './copy-hot-facts.ts';
import { countHotFacts, listDue, oldestHotFacts } from './hot-batches.ts';
import { replaceSegments, sealFacts } from './move-facts.ts';
import { listMergeable } from './mergeable-owners.ts';
import { withOwnerLock } from './owner-lock.ts';
import { listRewritable, retireExpired } from './removable-facts.ts';
import { findRetention, ownerRetention } from './retention.ts';
import { liveSegments, recordEtag, registerSegment } from './segment-rows.ts';

export interface SegmentStorePools {
  /** Sealing holds a connection while it copies or moves facts. */
  readonly copyPool: ScopedPool;
  readonly controlPool: ScopedPool;
  /** A lock holds one connection, on which nothing is read. */
  readonly lockPool: Pool;
}

export interface SegmentStoreOptions {
  readonly catalogue: Catalogue;
  /** Retention of environments without their own. Null: they keep facts for ever. */
  readonly retentionDays: number | null;
}

export function createSegmentStore(
  { copyPool, controlPool, lockPool }: SegmentStorePools,
  { catalogue, retentionDays }: SegmentStoreOptions,
): SegmentStore {
  const allSegments = controlPool.within(everyTenant);
  return {
    countHotFacts: () => servedByDatabase(() => countHotFacts(allSegments)),
    listDue: (terms) => servedByDatabase(() => listDue(allSegments, catalogue, terms)),
    oldestHotFacts: (owner, terms) =>
      servedByDatabase(() => oldestHotFacts(controlPool.within(owner), catalogue, owner, terms)),
    copyHotFacts: (hot, target) => servedByDatabase(() => copyHotFacts(copyPool.within(hot), hot, target)),
    register: (owner, file) =>
      servedByDatabase(() => registerSegment(controlPool.within(owner), owner, file)),
    recordEtag: ({ id, environmentId }, etag) =>
      servedByDatabase(() => recordEtag(controlPool.within({ environmentId }), id, etag)),
    seal: (hot, segmentId) => servedByDatabase(() => sealFacts(copyPool.within(hot), hot, segmentId)),
    replace: (replacement) =>
      servedByDatabase(() => replaceSegments(copyPool.within(replacement.owner), replacement, retentionDays)),
    listMergeable: (terms) => servedByDatabase(() => listMergeable(allSegments, terms, retentionDays)),
    listRewritable: (terms, limit) =>
      servedByDatabase(() => listRewritable(allSegments, terms, { retentionDays, limit })),
    listLive: (owner, filter) =>
      servedByDatabase(async () => ({
        // Before the segments: a fact that expires in between is only removed later.
        ...(await ownerRetention(controlPool.within(owner), owner, retentionDays)),
        segments: await liveSegments(controlPool.within(owner), owner, filter),
      })),
    listInRange: (owner, range) =>
      servedByDatabase(async () => {
        const retention = await findRetention(controlPool.within(owner), owner, retentionDays);
        if (retention === null) return null;
        return { ...retention, segments: await liveSegments(controlPool.within(owner), owner, { range }) };
      }),
    retireExpired: () => servedByDatabase(() => retireExpired(allSegments, retentionDays)),
    retireAbandoned: (incomingForMs) => servedByDatabase(() => retireAbandoned(allSegments, incomingForMs)),
    listDeletable: (retiredForMs, limit) =>
      servedByDatabase(() => listDeletable(allSegments, retiredForMs, limit)),
    goneSegments: (ids) => servedByDatabase(() => goneSegments(allSegments, ids)),
    unownedKeys: (keys) => servedByDatabase(() => unownedKeys(allSegments, keys)),
    unregister: ({ id, environmentId }) =>
      servedByDatabase(async () => {
        await controlPool
          .within({ environmentId })
          .query(`delete from segments where id = $1 and state <> 'live'`, [id]);
      }),
    withOwnerLock: (owner, work) => withOwnerLock(lockPool, owner, work),
  };
}

/**
 * A query reads the segments of one snapshot, taken after its attempt started. Times have
 * millisecond precision, so an attempt that started in the same millisecond may have started
 * earlier.
 */
async function listDeletable(
  pool: Queryable,
  retiredForMs: number,
  limit: number,
): Promise<readonly IncomingSegment[]> {
  const { rows } = await pool.query<IncomingSegment>(
    `select id, environment_id as "environmentId", object_key as key
       from segments
      where state = 'retired' and retired_at < now() - $1::float8 * interval '1 millisecond'
        and retired_at < coalesce((select min(started_at) from queries where state = 'running'), 'infinity')
      order by retired_at
      limit $2`,
    [retiredForMs, limit],
  );
  return rows;
}

async function goneSegments(pool: Queryable, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select id from unnest($1::uuid[]) as listed(id)
      where not exists (select from segments where segments.id = listed.id and state = 'live')`,
    [ids],
  );
  return rows.map(({ id }) => id);
}

async function unownedKeys(pool: Queryable, keys: readonly string[]): Promise<readonly string[]> {
  const { rows } = await pool.query<{ key: string }>(
    `select key from unnest($1::text[]) as listed(key)
      where not exists (select from segments where object_key = key and state = 'incoming')`,
    [keys],
  );
  return rows.map(({ key }) => key);
}

async function retireAbandoned(client: Queryable, incomingForMs: number): Promise<number> {
  const { rowCount } = await client.query(
    `update segments set state = 'retired', retired_at = clock_timestamp()
      where state = 'incoming' and created_at < now() - $1::float8 * interval '1 millisecond'`,
    [incomingForMs],
  );
  return rowCount ?? 0;
}
