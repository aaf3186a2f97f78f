import type { BatchDeletion, FactDeletions, FoundFacts, SegmentOwner } from '@hourglass/facts';
import {
  batchSeqColumn,
  hotFactsView,
  type Catalogue,
  type Dataset,
  type Deletion,
  type StoredSegment,
  type TimeRange,
} from '@hourglass/query';
import type { AuditOf } from '@hourglass/reports';
import { escapeIdentifier, type ClientBase } from 'pg';
import { insertedEvent } from '../audit/insert-audit-event.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { sql } from '../connection/sql.ts';
import type { Scoped, ScopedPool } from '../connection/scoped-pool.ts';
import { inTransaction } from '../connection/transaction.ts';
import { findExpired, findRange } from './find-expired.ts';
import { lockFacts } from './segments/owner-lock.ts';
import { ownerRetention } from './segments/retention.ts';
import { dateOf, liveSegments } from './segments/segment-rows.ts';

export interface FactDeletionOptions {
  readonly catalogue: Catalogue;
  /** Retention of environments without their own. Null: they keep facts for ever. */
  readonly retentionDays: number | null;
}

/** Each deletion holds one connection of `pool`. */
export function createFactDeletions(
  pool: ScopedPool,
  options: FactDeletionOptions,
  audit: AuditOf<FoundFacts>,
): FactDeletions {
  return {
    ...createExpiredFacts(pool, options),
    deleteBatch: (environmentId, seq) =>
      servedByDatabase(() =>
        deleteBatch(pool.within({ environmentId }), options, { environmentId, seq: String(seq), audit }),
      ),
    findBatch: (environmentId, seq) =>
      servedByDatabase(() =>
        deleteBatch(pool.within({ environmentId }), options, {
          environmentId,
          seq: String(seq),
          audit: null,
        }),
      ),
    deleteRange: (owner, range) =>
      servedByDatabase(() => deleteRange(pool.within(owner), options, owner, { ...range, audit })),
    findRange: (owner, range) =>
      servedByDatabase(() => {
        const { environmentId } = owner;
        const { catalogue, retentionDays } = options;
        return findRange(
          pool.within(owner),
          datasetOf(owner, catalogue),
          { environmentId, retentionDays },
          range,
        );
      }),
  };
}

/** Finds the facts that a change of the retention removes. */
export function createExpiredFacts(
  pool: ScopedPool,
  options: FactDeletionOptions,
): Pick<FactDeletions, 'findExpired'> {
  return {
    findExpired: (environmentId, retentionDays) =>
      servedByDatabase(() =>
        findExpired(pool.within({ environmentId }), options, environmentId, retentionDays),
      ),
  };
}

async function deleteBatch(
  scoped: Scoped,
  { catalogue, retentionDays }: FactDeletionOptions,
  {
    environmentId,
    seq,
    audit,
  }: {
    readonly environmentId: number;
    readonly seq: string;
    /** Null: nothing is deleted. */
    readonly audit: AuditOf<FoundFacts> | null;
  },
): Promise<BatchDeletion> {
  const { rows } = await scoped.query<{ dataset: string }>(
    'select dataset from batches where environment_id = $1 and seq = $2',
    [environmentId, seq],
  );
  const [found] = rows;
  if (found === undefined) return { kind: 'unknown' };
  const dataset = catalogue.get(found.dataset);
  if (dataset === undefined) return { kind: 'records' };
  const owner = { environmentId, dataset: dataset.name };
  return inTransaction(scoped, async (client) => {
    await lockFacts(client, owner);
    const batch = await lockBatch(client, seq);
    if (batch === null) return { kind: 'unknown' };
    if (!batch.hot && !batch.sealedWithSeq) return { kind: 'untraceable' };
    const { expiredBeforeMs } = await ownerRetention(client, owner, retentionDays);
    const hot = { environmentId, seq, facts: batch.facts, expiredBeforeMs };
    const found = {
      environmentId,
      hotFacts: batch.hot ? await countHotBatch(client, dataset, hot) : 0,
      hotBytes: 0,
      segments: batch.hot ? [] : await segmentsWith(client, owner, { batchSeq: seq }, batch.range),
      expiredBeforeMs,
    };
    if (audit === null) return { kind: 'deleted', found };
    if (batch.hot) await deleteHotBatch(client, dataset, hot);
    await hideInSegments(client, found.segments, { batchSeq: seq });
    await client.query('delete from batches where seq = $1', [seq]);
    await client.query(sql`select ${insertedEvent(audit(found))}`);
    return { kind: 'deleted', found };
  });
}

interface LockedBatch {
  readonly hot: boolean;
  readonly sealedWithSeq: boolean;
  readonly facts: number;
  /** Undefined if an earlier version accepted it. */
  readonly range: TimeRange | undefined;
}

async function lockBatch(client: ClientBase, seq: string): Promise<LockedBatch | null> {
  const { rows } = await client.query<{
    hot: boolean;
    sealedWithSeq: boolean;
    facts: string;
    first_at: Date | null;
    last_at: Date | null;
  }>(
    `select hot, sealed_with_seq as "sealedWithSeq", accepted - deleted as facts, first_at, last_at
       from batches where seq = $1 for update`,
    [seq],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { hot, sealedWithSeq, facts, first_at: first, last_at: last } = row;
  const range =
    first === null || last === null
      ? undefined
      : { startMs: first.getTime(), endExclusiveMs: last.getTime() + 1 };
  return { hot, sealedWithSeq, facts: Number(facts), range };
}

interface HotBatch {
  readonly environmentId: number;
  readonly seq: string;
  readonly facts: number;
  readonly expiredBeforeMs: number | null;
}

/** Facts past their retention are invisible already. */
async function countHotBatch(
  client: ClientBase,
  dataset: Dataset,
  { environmentId, seq, facts, expiredBeforeMs }: HotBatch,
): Promise<number> {
  if (expiredBeforeMs === null) return facts;
  const { rows } = await client.query<{ expired: string }>(
    `select count(*) as expired from ${escapeIdentifier(hotFactsView(dataset))}
      where environment_id = $1 and batch_seq = $2 and "timestamp" < $3`,
    [environmentId, seq, dateOf(expiredBeforeMs)],
  );
  return facts - Number(rows[0]?.expired);
}

async function deleteHotBatch(
  client: ClientBase,
  dataset: Dataset,
  { environmentId, seq, facts }: HotBatch,
): Promise<void> {
  const { rowCount } = await client.query(
    `delete from ${escapeIdentifier(hotFactsView(dataset))} where environment_id = $1 and batch_seq = $2`,
    [environmentId, seq],
  );
  if (rowCount !== facts) throw new Error(`deleted ${rowCount} hot facts of a batch; expected ${facts}`);
}

async function deleteRange(
  scoped: Scoped,
  { catalogue, retentionDays }: FactDeletionOptions,
  owner: SegmentOwner,
  { audit, ...range }: TimeRange & { readonly audit: AuditOf<FoundFacts> },
): Promise<FoundFacts> {
  const dataset = datasetOf(owner, catalogue);
  return inTransaction(scoped, async (client) => {
    await lockFacts(client, owner);
    const { expiredBeforeMs } = await ownerRetention(client, owner, retentionDays);
    const hotFacts = await deleteHotRange(client, dataset, owner, { ...range, expiredBeforeMs });
    const segments = await segmentsWith(client, owner, range, range);
    await hideInSegments(client, segments, range);
    const found = { environmentId: owner.environmentId, hotFacts, hotBytes: 0, segments, expiredBeforeMs };
    await client.query(sql`select ${insertedEvent(audit(found))}`);
    return found;
  });
}

function datasetOf({ dataset: name }: SegmentOwner, catalogue: Catalogue): Dataset {
  const dataset = catalogue.get(name);
  if (dataset === undefined || dataset.records.length > 0)
    throw new Error(`"${name}" is not a dataset of facts`);
  return dataset;
}

/**
 * Returns the number of deleted facts that were visible. A batch without a remaining hot fact has
 * nothing to be sealed.
 */
async function deleteHotRange(
  client: ClientBase,
  dataset: Dataset,
  { environmentId }: SegmentOwner,
  { startMs, endExclusiveMs, expiredBeforeMs }: TimeRange & Pick<FoundFacts, 'expiredBeforeMs'>,
): Promise<number> {
  const { rows } = await client.query<{ visible: string }>(
    `with gone as (
       delete from ${escapeIdentifier(hotFactsView(dataset))}
        where environment_id = $1 and "timestamp" >= $2 and "timestamp" < $3
       returning batch_seq, "timestamp"),
     counted as (
       select batch_seq, count(*) as facts,
              count(*) filter (where "timestamp" >= coalesce($4, '-infinity'::timestamptz)) as visible
         from gone group by batch_seq)
     update batches b
        set deleted = b.deleted + counted.facts,
            hot = b.accepted > b.deleted + counted.facts,
            sealed_with_seq = b.accepted = b.deleted + counted.facts
       from counted
      where b.seq = counted.batch_seq
     returning counted.visible`,
    [environmentId, dateOf(startMs), dateOf(endExclusiveMs), dateOf(expiredBeforeMs ?? undefined)],
  );
  return rows.reduce((sum, { visible }) => sum + Number(visible), 0);
}

/** Returns the live segments of the range that may hold facts of the deletion. */
async function segmentsWith(
  client: ClientBase,
  owner: SegmentOwner,
  deletion: Deletion,
  range: TimeRange | undefined,
): Promise<readonly StoredSegment[]> {
  return (await liveSegments(client, owner, { range })).filter((segment) => mayHold(segment, deletion));
}

/** Retires the segments whose facts are all deleted, and notes the deletion in the others. */
async function hideInSegments(
  client: ClientBase,
  segments: readonly StoredSegment[],
  deletion: Deletion,
): Promise<void> {
  const whole = segments.filter(
    ({ firstMs, lastMs }) =>
      'startMs' in deletion && firstMs >= deletion.startMs && lastMs < deletion.endExclusiveMs,
  );
  await client.query(
    `update segments
        set state = 'retired', retired_at = clock_timestamp(), deletions = '[]', deleted_since = null
      where id = any($1) and state = 'live'`,
    [whole.map(({ id }) => id)],
  );
  await client.query(
    `update segments
        set deletions = deletions || $2::jsonb, deleted_since = coalesce(deleted_since, clock_timestamp())
      where id = any($1) and state = 'live'`,
    [segments.filter((one) => !whole.includes(one)).map(({ id }) => id), JSON.stringify([deletion])],
  );
}

function mayHold({ columns }: StoredSegment, deletion: Deletion): boolean {
  return !('batchSeq' in deletion) || columns.some(({ name }) => name === batchSeqColumn.name);
}
