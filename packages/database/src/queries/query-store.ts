import {
  idempotencyKeyTtlSeconds,
  isUuid,
  type ExpiredArchive,
  type OrganizationScope,
  type PolledQueries,
  type QueryRecord,
  type QueryScope,
  type QueryStore,
} from '@hourglass/reports';
import { auditJson } from '../audit/insert-audit-event.ts';
import { systemEvent } from '../audit/system-event.ts';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { everyTenant } from '../connection/scope.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { sql } from '../connection/sql.ts';
import type { GatherReads } from '../request-reads/gather-reads.ts';
import { pollReader } from '../request-reads/poll-reader.ts';
import { usageReader } from '../request-reads/usage-reader.ts';
import { deleteSeenChanges } from './delete-seen-changes.ts';
import { complete, fail, renewLease, requeue } from './attempt-updates.ts';
import { cancelQuery } from './cancel-query.ts';
import { claimQuery, listWaiting } from './claim-query.ts';
import { nextWaiting } from './next-waiting.ts';
import { failOverdue } from './fail-overdue.ts';
import { findEqual } from './find-equal.ts';
import { insertSubmission } from './insert-submission.ts';
import { listQueries } from './list-queries.ts';
import { orphanedWork } from './orphaned-work.ts';
import { queryRecord, recordColumns, type RecordRow } from './query-rows.ts';
import type { ResultTerms } from './result-terms.ts';
import { shareResult, takeResult } from './share-result.ts';

/**
 * Every write compares and sets in SQL, by the database's clock: no decision depends on an earlier
 * read.
 */
export function createQueryStore(
  pool: ScopedPool,
  reads: GatherReads,
  resultTerms: ResultTerms,
): QueryStore & PolledQueries {
  /** The worker's claims and jobs take queries of any tenant. */
  const all = pool.within(everyTenant);
  return {
    submit: (submission, limits) =>
      servedByDatabase(() =>
        insertSubmission(pool.within(submission.plan.tenant), submission, { limits, terms: resultTerms }),
      ),
    findEqual: (tenant, reuse) =>
      servedByDatabase(() => findEqual(pool.within(tenant), tenant, { reuse, terms: resultTerms })),
    deleteExpiredIdempotencyKeys: (limit) => servedByDatabase(() => deleteExpiredIdempotencyKeys(all, limit)),
    usage: usageReader(reads),
    poll: pollReader(reads),
    find: (scope, id) => servedByDatabase(() => find(pool.within(scope), scope, id)),
    list: (tenant, criteria, limit) =>
      servedByDatabase(() => listQueries(pool.within(tenant), tenant, criteria, limit)),
    claim: (id, terms) => servedByDatabase(() => claimQuery(all, id, { ...terms, ...resultTerms })),
    renewLease: (id, attempt, leaseMs, progress) =>
      servedByDatabase(() => renewLease(all, { id, attempt }, leaseMs, progress)),
    complete: (id, attempt, publication) =>
      servedByDatabase(() => complete(all, { id, attempt }, publication)),
    shareResult: (id) => servedByDatabase(() => shareResult(all, id)),
    takeResult: (id) => servedByDatabase(() => takeResult(all, id)),
    fail: (id, attempt, failure) => servedByDatabase(() => fail(all, { id, attempt }, failure)),
    cancel: (tenant, id, audit) => servedByDatabase(() => cancelQuery(pool.within(tenant), id, audit)),
    requeue: (id, attempt, cause) => servedByDatabase(() => requeue(all, { id, attempt }, cause)),
    listWaiting: (terms, limit) => servedByDatabase(() => listWaiting(all, terms, limit)),
    nextWaiting: (terms, choice) => servedByDatabase(() => nextWaiting(all, terms, choice)),
    deleteSeenChanges: (limit) => servedByDatabase(() => deleteSeenChanges(all, limit)),
    failOverdue: (terms) => servedByDatabase(() => failOverdue(all, terms)),
    orphanedWork: (archives) => servedByDatabase(() => orphanedWork(all, archives)),
    expireDue: (limit) => servedByDatabase(() => expireDue(all, limit)),
  };
}

async function find(
  pool: Queryable,
  scope: OrganizationScope | QueryScope,
  id: string,
): Promise<QueryRecord | null> {
  if (!isUuid(id)) return null;
  const inEnvironment = 'environment' in scope ? sql`and e.name = ${scope.environment}` : sql``;
  const { rows } = await pool.query<RecordRow>(sql`
    select ${recordColumns}
      from queries q
      join environments e on e.id = q.environment_id
      join organizations o on o.id = e.organization_id
     where q.id = ${id}::uuid and o.name = ${scope.organization} ${inEnvironment}`);
  const [row] = rows;
  return row === undefined ? null : queryRecord(row);
}

async function expireDue(pool: Queryable, limit: number): Promise<readonly ExpiredArchive[]> {
  // Workers may expire concurrently; each skips the rows that another one has locked.
  const { rows } = await pool.query<Omit<ExpiredArchive, 'isShared'>>(sql`
    with due as (
      select id from queries
       where state = 'completed' and expires_at <= now()
       order by expires_at
       limit ${limit}::integer
         for update skip locked
    ), expired as (
      update queries set state = 'expired', updated_at = now()
        from due where queries.id = due.id
      returning queries.id, queries.archive_key, queries.environment_id
    )
    select q.id, q.archive_key as "archiveKey",
           insert_audit_event(${auditJson(systemEvent('result.expire'))}::jsonb || jsonb_build_object(
             'organization', o.name, 'environment', e.name, 'object', q.id)) as "eventId"
      from expired q
      join environments e on e.id = q.environment_id
      left join organizations o on o.id = e.organization_id`);
  return markShared(pool, rows);
}

/**
 * A second statement: an equal query that took a result before it was locked is committed by now, and none takes it any
 * more.
 */
async function markShared(
  pool: Queryable,
  expired: readonly Omit<ExpiredArchive, 'isShared'>[],
): Promise<readonly ExpiredArchive[]> {
  if (expired.length === 0) return [];
  const { rows } = await pool.query<ExpiredArchive>(sql`
    select a.id, a.key as "archiveKey",
           exists (select from queries q where q.archive_key = a.key and q.state = 'completed') as "isShared"
      from unnest(${expired.map(({ id }) => id)}::text[],
                  ${expired.map(({ archiveKey }) => archiveKey)}::text[]) as a (id, key)`);
  return rows;
}

async function deleteExpiredIdempotencyKeys(pool: Queryable, limit: number): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from idempotency_keys
     where (environment_id, key) in (
             select environment_id, key from idempotency_keys
              where created_at <= now() - ${idempotencyKeyTtlSeconds}::float8 * interval '1 second'
              order by created_at
              limit ${limit}::integer)`);
  return rowCount ?? 0;
}
