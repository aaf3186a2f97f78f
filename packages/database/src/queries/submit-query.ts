import type {
  LimitUsage,
  QueryRecord,
  Submission,
  SubmissionLimits,
  SubmissionOutcome,
} from '@hourglass/reports';
import type { Pool } from 'pg';
import { limitUsage, type UsageRow } from './limit-usage.ts';

/** The time is null when nothing was inserted. */
type SubmissionRow = UsageRow & { readonly createdAt: Date | null };

/**
 * One statement, so that the lock is held for no round trip: it lets submissions of one environment follow each
 * other, and `submit_query` sees all that were committed before. Not through Prisma, whose share of the time would be
 * larger than the database's.
 */
export async function submitQuery(
  pool: Pool,
  submission: Submission,
  limits: SubmissionLimits,
): Promise<SubmissionOutcome> {
  const { id, plan, submittedBy, labels: { hostname, name, reportDefinitionId } = {} } = submission;
  const { environmentId } = plan.tenant;
  const { rows } = await pool.query<SubmissionRow>({
    name: 'submit-query',
    text: `
      select locked.queries_per_hour as "queriesPerHour", locked.active_queries as "activeQueries",
             made.submitted, made.active, made.seconds_to_reset as "secondsToReset", made.inserted_at as "createdAt"
        from (select id, coalesce(queries_per_hour, $8) as queries_per_hour,
                     coalesce(active_queries, $9) as active_queries
                from environments
               where id = $2
                 for update) locked
       cross join lateral submit_query($1, locked.id, $3, $4, $5, $6, $7, locked.queries_per_hour,
                                       locked.active_queries) made`,
    values: [
      id,
      environmentId,
      JSON.stringify(plan),
      submittedBy,
      hostname,
      name,
      reportDefinitionId,
      limits.queriesPerHour,
      limits.activeQueries,
    ],
  });
  const [row] = rows;
  if (row === undefined) throw new Error(`there is no environment ${environmentId} to submit a query to`);
  const before = limitUsage(row);
  if (row.createdAt === null) return { kind: 'refused', reason: reachedLimit(before), usage: before };
  const usage = { ...before, submittedInHour: before.submittedInHour + 1, active: before.active + 1 };
  return { kind: 'accepted', record: enqueued(submission, row.createdAt), usage };
}

/** When both are reached, the hour is named: it is the longer wait. */
function reachedLimit({ submittedInHour, limits }: LimitUsage): 'submissions' | 'active' {
  return submittedInHour >= limits.queriesPerHour ? 'submissions' : 'active';
}

function enqueued({ id, plan, submittedBy, labels = {} }: Submission, createdAt: Date): QueryRecord {
  return {
    id,
    plan,
    state: 'enqueued',
    attempt: 0,
    progressPercent: 0,
    phase: null,
    rowsScanned: null,
    submittedBy,
    labels,
    createdAt,
    updatedAt: createdAt,
    failure: null,
    result: null,
  };
}
