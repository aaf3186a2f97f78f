import {
  enqueuedRecord,
  idempotencyKeyTtlSeconds,
  type LimitUsage,
  type Submission,
  type SubmissionLimits,
  type SubmissionOutcome,
} from '@hourglass/reports';
import type { QueryConfig } from 'pg';
import type { Queryable } from '../connection/scoped-pool.ts';
import { prepared, sql } from '../connection/sql.ts';
import { auditJson } from '../audit/insert-audit-event.ts';
import { limitUsage, type UsageRow } from './limit-usage.ts';
import { producer, type ResultTerms } from './result-terms.ts';

type SubmissionRow = UsageRow & {
  /** Null when nothing was inserted. */
  readonly createdAt: Date | null;
  /** The query of an earlier submission with the same idempotency key. */
  readonly earlierId: string | null;
  readonly earlierIsSame: boolean | null;
  /** The completed query whose result it shares. */
  readonly sourceId: string | null;
  /** The active query whose result it waits for. */
  readonly leaderId: string | null;
};

/** The event belongs to the query: a refused or repeated submission has none. */
function submitStatement(submission: Submission, limits: SubmissionLimits, terms: ResultTerms): QueryConfig {
  const { id, plan, submittedBy, labels = {}, idempotencyKey, reuse, audit } = submission;
  const { hostname, name, reportDefinitionId } = labels;
  const statement = sql`
    select locked.queries_per_hour as "queriesPerHour", locked.active_queries as "activeQueries",
           made.submitted, made.active, made.seconds_to_reset as "secondsToReset", made.inserted_at as "createdAt",
           made.earlier_id as "earlierId", made.earlier_is_same as "earlierIsSame",
           made.source_id as "sourceId", made.leader_id as "leaderId",
           case when made.inserted_at is not null then insert_audit_event(${auditJson(audit)}) end as "eventId"
      from (select e.id,
                   least(coalesce(e.queries_per_hour, ${limits.queriesPerHour}), o.queries_per_hour_ceiling) as queries_per_hour,
                   least(coalesce(e.active_queries, ${limits.activeQueries}), o.active_queries_ceiling) as active_queries
              from environments e
              left join organizations o on o.id = e.organization_id
             where e.id = ${plan.tenant.environmentId}
               -- Batches lock the key of their environment, and a submission does not wait for them.
               for no key update of e) locked
     cross join lateral submit_or_reuse(
             ${id}, locked.id, ${JSON.stringify(plan)}, ${submittedBy}, ${hostname}, ${name}, ${reportDefinitionId},
             locked.queries_per_hour, locked.active_queries,
             ${idempotencyKey?.key}, ${idempotencyKey && Buffer.from(idempotencyKey.requestSha256)},
             ${idempotencyKeyTtlSeconds} * interval '1 second',
             ${reuse && Buffer.from(reuse.key)}, ${reuse?.isAllowed ?? false}, ${producer(terms)},
             ${reuse?.reads ?? []}, ${reuse?.readsFrom}, ${terms.retentionDays}) made`;
  return prepared('submit-query', statement);
}

/**
 * Inserts the query unless a limit is reached, in one statement, so that the lock on the
 * environment's row is not held for a round trip. The lock serializes the submissions of an
 * environment: `submit_or_reuse` counts every earlier one, and finds the equal ones.
 */
export async function insertSubmission(
  pool: Queryable,
  submission: Submission,
  { limits, terms }: { readonly limits: SubmissionLimits; readonly terms: ResultTerms },
): Promise<SubmissionOutcome> {
  const { rows } = await pool.query<SubmissionRow>(submitStatement(submission, limits, terms));
  const [row] = rows;
  const { id, plan } = submission;
  if (row === undefined) throw new Error(`environment ${plan.tenant.environmentId} does not exist`);
  const before = limitUsage(row);
  if (row.earlierId !== null)
    return row.earlierIsSame
      ? { kind: 'repeated', id: row.earlierId, usage: before }
      : { kind: 'conflict', usage: before };
  if (row.createdAt === null) return { kind: 'refused', reason: reachedLimit(before), usage: before };
  if (row.sourceId !== null) return { kind: 'reused', id, usage: before };
  const { labels = {} } = submission;
  const record = enqueuedRecord({ ...submission, labels, createdAt: row.createdAt });
  if (row.leaderId !== null)
    return { kind: 'accepted', record: { ...record, hasJoined: true }, usage: before };
  const usage = { ...before, submittedInHour: before.submittedInHour + 1, active: before.active + 1 };
  return { kind: 'accepted', record, usage };
}

/** When both limits are reached, returns the hourly one: it takes longer to reset. */
function reachedLimit({ submittedInHour, limits }: LimitUsage): 'submissions' | 'active' {
  return submittedInHour >= limits.queriesPerHour ? 'submissions' : 'active';
}
