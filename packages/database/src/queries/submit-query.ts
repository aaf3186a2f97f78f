import type {
  LimitUsage,
  QueryRecord,
  Submission,
  SubmissionLimits,
  SubmissionOutcome,
} from '@hourglass/reports';
import { Prisma, type PrismaClient } from '../generated/client.ts';
import { limitUsage, usageOf, type UsageRow } from './limit-usage.ts';

/** The times are null when nothing was inserted. */
type SubmissionRow = UsageRow & { readonly createdAt: Date | null };

/**
 * The lock lets submissions of one environment follow each other; the statement after it sees all that were
 * committed before it got the lock, counts and inserts at one time of the database's clock.
 */
export async function submitQuery(
  prisma: PrismaClient,
  submission: Submission,
  limits: SubmissionLimits,
): Promise<SubmissionOutcome> {
  const { id, plan, submittedBy, labels: { hostname, name, reportDefinitionId } = {} } = submission;
  const { environmentId } = plan.tenant;
  const tenant = Prisma.sql`
    select name as key, id,
           coalesce(queries_per_hour, ${limits.queriesPerHour}::integer) as "queriesPerHour",
           coalesce(active_queries, ${limits.activeQueries}::integer) as "activeQueries"
      from environments
     where id = ${environmentId}::integer`;
  const [, rows] = await prisma.$transaction([
    prisma.$executeRaw`select id from environments where id = ${environmentId}::integer for update`,
    prisma.$queryRaw<SubmissionRow[]>`
      with ${usageOf(tenant)},
      inserted as (
        insert into queries (id, environment_id, plan, submitted_by, hostname, name, report_definition_id,
                             created_at, updated_at)
        select ${id}::uuid, ${environmentId}::integer, ${JSON.stringify(plan)}::jsonb, ${submittedBy},
               ${hostname ?? null}, ${name ?? null}, ${reportDefinitionId ?? null},
               statement_timestamp(), statement_timestamp()
          from usage
         where submitted < "queriesPerHour" and active < "activeQueries"
        returning created_at
      )
      select usage.*, inserted.created_at as "createdAt" from usage left join inserted on true`,
  ]);
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
    submittedBy,
    labels,
    createdAt,
    updatedAt: createdAt,
    failure: null,
    result: null,
  };
}
