import { randomUUID } from 'node:crypto';
import type { IncomingSegment, LiveSegmentsFilter, SegmentFile, SegmentOwner } from '@hourglass/facts';
import {
  hullOf,
  mayRead,
  segmentPrefixOf,
  type Deletion,
  type SegmentColumn,
  type StoredSegment,
  type TimeRange,
} from '@hourglass/query';
import type { Queryable } from '../../connection/scoped-pool.ts';

interface SegmentRow {
  readonly id: string;
  readonly key: string;
  readonly bytes: string;
  readonly sha256: string;
  readonly etag: string | null;
  readonly facts: string;
  readonly first_at: Date;
  readonly last_at: Date;
  readonly columns: readonly SegmentColumn[];
  readonly deletions: readonly Deletion[];
}

/** Returns the live segments that meet all conditions, oldest facts first. */
export async function liveSegments(
  client: Queryable,
  { environmentId, dataset }: SegmentOwner,
  { range, maxFacts, id }: LiveSegmentsFilter & { readonly range?: TimeRange | undefined } = {},
): Promise<readonly StoredSegment[]> {
  const { rows } = await client.query<SegmentRow>({
    name: 'live-segments',
    text: `
      select id, object_key as key, bytes, sha256, etag, facts, first_at, last_at, columns, deletions
        from segments
       where environment_id = $1 and dataset = $2 and state = 'live'
         and last_at >= coalesce($3, '-infinity'::timestamptz)
         and first_at < coalesce($4, 'infinity'::timestamptz)
         and ($5::bigint is null or facts <= $5) and ($6::uuid is null or id = $6)
       order by first_at, id`,
    values: [environmentId, dataset, dateOf(range?.startMs), dateOf(range?.endExclusiveMs), maxFacts, id],
  });
  return rows.map(({ bytes, facts, first_at, last_at, ...row }) => ({
    ...row,
    bytes: Number(bytes),
    facts: Number(facts),
    firstMs: first_at.getTime(),
    lastMs: last_at.getTime(),
  }));
}

/** Returns the live segments that may contain facts of the ranges, oldest facts first. */
export async function readSegments(
  client: Queryable,
  owner: SegmentOwner,
  ranges: readonly TimeRange[],
): Promise<readonly StoredSegment[]> {
  const segments = await liveSegments(client, owner, { range: hullOf(ranges) });
  return segments.filter((segment) => mayRead(ranges, segment));
}

export async function countLiveSegments(
  client: Queryable,
  { environmentId, dataset }: SegmentOwner,
): Promise<number> {
  const { rows } = await client.query<{ live: number }>(
    `select count(*)::integer as live from segments where environment_id = $1 and dataset = $2 and state = 'live'`,
    [environmentId, dataset],
  );
  return rows[0]?.live ?? 0;
}

export async function registerSegment(
  pool: Queryable,
  { environmentId, dataset }: SegmentOwner,
  { bytes, sha256, facts, firstMs, lastMs, columns }: SegmentFile,
): Promise<IncomingSegment> {
  const id = randomUUID();
  const key = `${segmentPrefixOf(environmentId)}${dataset}/${id}.parquet`;
  await pool.query(
    `insert into segments (id, environment_id, dataset, object_key, bytes, sha256, facts, first_at, last_at, columns)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    [
      id,
      environmentId,
      dataset,
      key,
      bytes,
      sha256,
      facts,
      dateOf(firstMs),
      dateOf(lastMs),
      JSON.stringify(columns),
    ],
  );
  return { id, key, environmentId };
}

export async function recordEtag(pool: Queryable, id: string, etag: string): Promise<void> {
  await pool.query('update segments set etag = $2 where id = $1', [id, etag]);
}

export function dateOf(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
