import type { OwnedSegment, RemovedFacts, RewriteTerms } from '@hourglass/facts';
import { auditJson } from '../../audit/insert-audit-event.ts';
import { systemEvent } from '../../audit/system-event.ts';
import type { Queryable } from '../../connection/scoped-pool.ts';
import { expiredBefore } from './retention.ts';

/** Reads few rows of two indexes, of deletions and of first facts, however many segments are live. */
export async function listRewritable(
  pool: Queryable,
  { deletedForMs, expiredForMs }: RewriteTerms,
  { retentionDays, limit }: { readonly retentionDays: number | null; readonly limit: number },
): Promise<readonly OwnedSegment[]> {
  const { rows } = await pool.query<{ id: string; environmentId: number; dataset: string }>(
    `select id, environment_id as "environmentId", dataset
       from (select id, environment_id, dataset, deleted_since, first_at
               from segments
              where state = 'live' and deleted_since < now() - $2::float8 * interval '1 millisecond'
              union
             select s.id, s.environment_id, s.dataset, s.deleted_since, s.first_at
               from environments e cross join lateral (
                 select * from segments
                  where environment_id = e.id and state = 'live'
                    and first_at < ${expiredBefore('e', '$1')} - $3::float8 * interval '1 millisecond'
                  order by first_at limit $4) s) found
      order by deleted_since nulls last, first_at
      limit $4`,
    [retentionDays, deletedForMs, expiredForMs, limit],
  );
  return rows.map(({ id, ...owner }) => ({ id, owner }));
}

/** The maximum of an environment in one call. The next call finds the others. */
const maxRetired = 1_000;

/** Skips segments that a deletion or a merge changes; the next call finds them again. */
export async function retireExpired(
  pool: Queryable,
  retentionDays: number | null,
): Promise<readonly RemovedFacts[]> {
  const { rows } = await pool.query<{ environment: string; dataset: string; segment: string; facts: string }>(
    `with expired as (
       select s.id, o.name as organization, e.name as environment
         from environments e join organizations o on o.id = e.organization_id
        cross join lateral (
          -- The first time and the limit let PostgreSQL choose the index by environment.
          select id from segments
           where environment_id = e.id and state = 'live'
             and first_at < ${expiredBefore('e', '$1')} and last_at < ${expiredBefore('e', '$1')}
           order by first_at limit ${maxRetired}
             for update skip locked) s),
     retired as (
       update segments s
          set state = 'retired', retired_at = clock_timestamp(), deletions = '[]', deleted_since = null
         from expired
        where s.id = expired.id
       returning expired.organization, expired.environment, s.dataset, s.id as segment, s.facts)
     select organization || '/' || environment as environment, dataset, segment, facts,
            insert_audit_event($2::jsonb || jsonb_build_object(
              'organization', organization, 'environment', environment, 'object', dataset,
              'details', jsonb_build_object('facts', facts))) as "eventId"
       from retired`,
    [retentionDays, auditJson(systemEvent('facts.purge'))],
  );
  return rows.map(({ environment, dataset, segment, facts }) => ({
    environment,
    dataset,
    segment,
    facts: Number(facts),
  }));
}
