import {
  enqueuedRecord,
  idempotencyKeyTtlSeconds,
  type LimitUsage,
  type Submission,
  type SubmissionLimits,
  type SubmissionOutcome,
} from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { auditJson } from '../audit/insert-audit-event.ts';
import { limitUsage, type UsageRow } from './limit-usage.ts';

type SubmissionRow = UsageRow & {
  /** Null when nothing was inserted. */
  readonly createdAt: Date | null;
  /** The query of an earlier submission with the same idempotency key. */
  readonly earlierId: string | null;
  readonly earlierIsSame: boolean | null;
};

const usageOfSubmission = `
  select locked.queries_per_hour as "queriesPerHour", locked.active_queries as "activeQueries",
         made.submitted, made.active, made.seconds_to_reset as "secondsToReset", made.inserted_at as "createdAt"`;
const lockedEnvironment = `
    from (select e.id, least(coalesce(e.queries_per_hour, $8), o.queries_per_hour_ceiling) as queries_per_hour,
                 least(coalesce(e.active_queries, $9), o.active_queries_ceiling) as active_queries
            from environments e
            left join organizations o on o.id = e.organization_id
           where e.id = $2
             for update of e) locked`;
const ownArguments = '$1, locked.id, $3, $4, $5, $6, $7, locked.queries_per_hour, locked.active_queries';
/** The event belongs to the query: a refused or repeated submission has none. */
const insertedEvent = 'case when made.inserted_at is not null then insert_audit_event($10) end as "eventId"';

const submitStatement = {
  name: 'submit-query',
  text: `${usageOfSubmission}, null as "earlierId", null as "earlierIsSame", ${insertedEvent}
    ${lockedEnvironment}
   cross join lateral submit_query(${ownArguments}) made`,
};
const submitOnceStatement = {
  name: 'submit-query-once',
  text: `${usageOfSubmission}, made.earlier_id as "earlierId", made.earlier_is_same as "earlierIsSame", ${insertedEvent}
    ${lockedEnvironment}
   cross join lateral submit_query_once(${ownArguments}, $11, $12, $13 * interval '1 second') made`,
};

/**
 * Inserts the query unless a limit is reached, in one statement, so that the lock on the
 * environment's row is not held for a round trip. The lock serializes the submissions of an
 * environment: `submit_query` counts every earlier one.
 */
export async function insertSubmission(
  pool: Queryable,
  submission: Submission,
  limits: SubmissionLimits,
): Promise<SubmissionOutcome> {
  const { plan, idempotencyKey } = submission;
  const statement = idempotencyKey === undefined ? submitStatement : submitOnceStatement;
  const { rows } = await pool.query<SubmissionRow>({ ...statement, values: valuesOf(submission, limits) });
  const [row] = rows;
  if (row === undefined) throw new Error(`environment ${plan.tenant.environmentId} does not exist`);
  const before = limitUsage(row);
  if (row.earlierId !== null)
    return row.earlierIsSame
      ? { kind: 'repeated', id: row.earlierId, usage: before }
      : { kind: 'conflict', usage: before };
  if (row.createdAt === null) return { kind: 'refused', reason: reachedLimit(before), usage: before };
  const usage = { ...before, submittedInHour: before.submittedInHour + 1, active: before.active + 1 };
  const { labels = {} } = submission;
  const record = enqueuedRecord({ ...submission, labels, createdAt: row.createdAt });
  return { kind: 'accepted', record, usage };
}

function valuesOf(submission: Submission, limits: SubmissionLimits): unknown[] {
  const {
    id,
    plan,
    submittedBy,
    labels: { hostname, name, reportDefinitionId } = {},
    idempotencyKey,
    audit,
  } = submission;
  return [
    id,
    plan.tenant.environmentId,
    JSON.stringify(plan),
    submittedBy,
    hostname,
    name,
    reportDefinitionId,
    limits.queriesPerHour,
    limits.activeQueries,
    auditJson(audit),
    ...(idempotencyKey === undefined
      ? []
      : [idempotencyKey.key, Buffer.from(idempotencyKey.requestSha256), idempotencyKeyTtlSeconds]),
  ];
}

/** When both limits are reached, returns the hourly one: it takes longer to reset. */
function reachedLimit({ submittedInHour, limits }: LimitUsage): 'submissions' | 'active' {
  return submittedInHour >= limits.queriesPerHour ? 'submissions' : 'active';
}
