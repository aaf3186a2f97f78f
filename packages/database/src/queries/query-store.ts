import {
  isUuid,
  idempotencyKeyTtlSeconds,
  type ExpiredArchive,
  type Failure,
  type RequeueCause,
  type OrganizationScope,
  type PolledQueries,
  type Progress,
  type Publication,
  type QueryRecord,
  type QueryScope,
  type QueryStore,
} from '@hourglass/reports';
import type { Pool } from 'pg';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { GatherReads } from '../connection/gather-reads.ts';
import type { PrismaClient } from '../generated/client.ts';
import { orphanedWork } from './orphaned-work.ts';
import { cancelQuery } from './cancel-query.ts';
import { claimQuery, listWaiting } from './claim-query.ts';
import { failOverdue } from './fail-overdue.ts';
import { listQueries } from './list-queries.ts';
import { pollReader } from './poll-reader.ts';
import { queryRecord } from './query-rows.ts';
import { submitQuery } from './insert-submission.ts';
import { usageReader } from './usage-reader.ts';

/** Statements that write compare and set in SQL, with the database's clock: nothing is decided on a stale read. */
export function createQueryStore(
  prisma: PrismaClient,
  pool: Pool,
  reads: GatherReads,
): QueryStore & PolledQueries {
  const usage = usageReader(reads);
  const poll = pollReader(reads);
  return {
    submit: (submission, limits) => servedByDatabase(() => submitQuery(pool, submission, limits)),
    deleteExpiredIdempotencyKeys: (limit) =>
      servedByDatabase(() => deleteExpiredIdempotencyKeys(prisma, limit)),
    usage: (scope, limits) => servedByDatabase(() => usage(scope, limits)),
    poll: (scope, id) => servedByDatabase(() => poll(scope, id)),
    find: (scope, id) => servedByDatabase(() => find(prisma, scope, id)),
    list: (tenant, criteria, limit) => servedByDatabase(() => listQueries(prisma, tenant, criteria, limit)),
    claim: (id, terms) => servedByDatabase(() => claimQuery(prisma, id, terms)),
    renewLease: (id, attempt, leaseMs, progress) =>
      servedByDatabase(() => renewLease(prisma, { id, attempt }, leaseMs, progress)),
    complete: (id, attempt, publication) =>
      servedByDatabase(() => complete(prisma, { id, attempt }, publication)),
    fail: (id, attempt, failure) => servedByDatabase(() => fail(prisma, { id, attempt }, failure)),
    cancel: (id) => servedByDatabase(() => cancelQuery(prisma, id)),
    requeue: (id, attempt, cause) => servedByDatabase(() => requeue(prisma, { id, attempt }, cause)),
    listWaiting: (terms, limit) => servedByDatabase(() => listWaiting(prisma, terms, limit)),
    failOverdue: (terms) => servedByDatabase(() => failOverdue(prisma, terms)),
    orphanedWork: (archives) => servedByDatabase(() => orphanedWork(prisma, archives)),
    expireDue: (limit) => servedByDatabase(() => expireDue(prisma, limit)),
  };
}

async function find(
  prisma: PrismaClient,
  scope: OrganizationScope | QueryScope,
  id: string,
): Promise<QueryRecord | null> {
  if (!isUuid(id)) return null;
  const name = 'environment' in scope ? { name: scope.environment } : {};
  const row = await prisma.query.findFirst({
    where: { id, environment: { ...name, organization: { name: scope.organization } } },
  });
  return row === null ? null : queryRecord(row);
}

/** One try to run a query. Its writes are lost as soon as there is a newer one. */
interface Attempt {
  readonly id: string;
  readonly attempt: number;
}

async function renewLease(
  prisma: PrismaClient,
  { id, attempt }: Attempt,
  leaseMs: number,
  { phase, percent, rowsScanned }: Progress,
): Promise<boolean> {
  const updated = await prisma.$executeRaw`
    update queries
       set lease_expires_at = now() + ${leaseMs}::float8 * interval '1 millisecond',
           phase = ${phase}::query_phase,
           progress_percent = greatest(progress_percent, ${Math.floor(percent)}::integer),
           rows_scanned = greatest(rows_scanned, ${rowsScanned}::bigint),
           updated_at = now()
     where id = ${id}::uuid and attempt = ${attempt}::integer and state = 'running'`;
  return updated === 1;
}

async function complete(
  prisma: PrismaClient,
  { id, attempt }: Attempt,
  publication: Publication,
): Promise<boolean> {
  const { archiveKey, archiveBytes, archiveMd5, gzipBytes, watermark, resultTtlSeconds } = publication;
  const { rows, rowsScanned } = publication;
  const updated = await prisma.$executeRaw`
    update queries
       set state = 'completed', progress_percent = 100, lease_expires_at = null, updated_at = now(),
           archive_key = ${archiveKey}, archive_bytes = ${archiveBytes}::bigint,
           archive_md5 = ${archiveMd5},
           result_rows = ${rows}::bigint, gzip_bytes = ${gzipBytes}::bigint,
           rows_scanned = ${rowsScanned}::bigint,
           watermark = ${watermark}::bigint,
           execution_ms = round(extract(epoch from now() - started_at) * 1000)::bigint,
           expires_at = now() + ${resultTtlSeconds}::float8 * interval '1 second'
     where id = ${id}::uuid and attempt = ${attempt}::integer and state = 'running'`;
  return updated === 1;
}

async function fail(
  prisma: PrismaClient,
  { id, attempt }: Attempt,
  { reason, fault }: Failure,
): Promise<boolean> {
  const updated = await prisma.$executeRaw`
    update queries
       set state = 'failed', failure = ${reason}, counted = ${fault === 'query'}::boolean,
           lease_expires_at = null, updated_at = now()
     where id = ${id}::uuid and attempt = ${attempt}::integer and state = 'running'`;
  return updated === 1;
}

async function requeue(
  prisma: PrismaClient,
  { id, attempt }: Attempt,
  cause: RequeueCause,
): Promise<boolean> {
  const failed = cause.kind === 'failed';
  // A column of whole milliseconds may round up, and who is told at once would come too early.
  const updated = await prisma.$executeRaw`
    update queries
       set state = 'enqueued', lease_expires_at = null, updated_at = now(),
           failed_attempts = failed_attempts + ${failed ? 1 : 0}::integer,
           excused_attempts = excused_attempts + ${failed ? 0 : 1}::integer,
           retry_at = date_trunc('milliseconds', now()) + ${failed ? cause.retryAfterMs : 0}::float8 * interval '1 millisecond'
     where id = ${id}::uuid and attempt = ${attempt}::integer and state = 'running'`;
  return updated === 1;
}

function expireDue(prisma: PrismaClient, limit: number): Promise<readonly ExpiredArchive[]> {
  // Several workers may expire at once; skipping what another one holds shares the work out.
  return prisma.$queryRaw<ExpiredArchive[]>`
    with due as (
      select id from queries
       where state = 'completed' and expires_at <= now()
       order by expires_at
       limit ${limit}::integer
         for update skip locked
    )
    update queries set state = 'expired', updated_at = now()
      from due where queries.id = due.id
    returning queries.id, queries.archive_key as "archiveKey"`;
}

function deleteExpiredIdempotencyKeys(prisma: PrismaClient, limit: number): Promise<number> {
  return prisma.$executeRaw`
    delete from idempotency_keys
     where (environment_id, key) in (
             select environment_id, key from idempotency_keys
              where created_at <= now() - ${idempotencyKeyTtlSeconds}::float8 * interval '1 second'
              order by created_at
              limit ${limit}::integer)`;
}
