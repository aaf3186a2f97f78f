import {
  bounded,
  type ClaimedSchedule,
  type ScheduledQuery,
  type SubmittedRun,
  type SubmitTerms,
} from '@hourglass/reports';
import type { ClientBase } from 'pg';
import { insertedEvent } from '../audit/insert-audit-event.ts';
import { sql } from '../connection/sql.ts';
import { inTransaction, type TransactionSource } from '../connection/transaction.ts';

/** Records the run and moves the schedule on in one transaction: both are committed, or neither is. */
export function submitRun(
  source: TransactionSource,
  schedule: ClaimedSchedule,
  query: ScheduledQuery,
  terms: SubmitTerms,
): Promise<SubmittedRun> {
  return inTransaction(source, async (client) => {
    const limits = await lockDue(client, schedule);
    if (limits === null) return 'lost';
    const maxActive = bounded(limits.own ?? terms.defaultMaxActive, limits.ceiling);
    if ((await countActive(client, schedule)) >= maxActive) {
      await postpone(client, schedule, { ...terms, maxActive });
      return 'postponed';
    }
    await insertRun(client, schedule, query, terms);
    return 'submitted';
  });
}

/** The environment's own limit and that of its organization. Null: none. */
interface ActiveLimits {
  readonly own: number | null;
  readonly ceiling: number | null;
}

/**
 * Locks the schedule if it is still due, and its environment, so that the count of active queries
 * stays valid. Null: it is not due, its organization is suspended, or its environment is deleted.
 */
async function lockDue(client: ClientBase, { id, dueAt }: ClaimedSchedule): Promise<ActiveLimits | null> {
  const { rows } = await client.query<ActiveLimits>(sql`
    select e.scheduled_queries as own, o.scheduled_queries_ceiling as ceiling
      from schedules s
      join environments e on e.id = s.environment_id
      join organizations o on o.id = e.organization_id
     where s.id = ${id}::uuid and s.next_due_at = ${dueAt}::timestamptz and o.suspended_at is null
       for update of s for no key update of e`);
  return rows[0] ?? null;
}

async function countActive(client: ClientBase, { tenant }: ClaimedSchedule): Promise<number> {
  const { rows } = await client.query<{ active: number }>(sql`
    select count(*)::integer as active
      from queries
     where environment_id = ${tenant.environmentId}::integer
       and schedule_id is not null and state in ('enqueued', 'running')`);
  return rows[0]?.active ?? 0;
}

async function postpone(
  client: ClientBase,
  { id, dueAt, tenant }: ClaimedSchedule,
  { maxActive, retryAfterMs }: Pick<SubmitTerms, 'retryAfterMs'> & { readonly maxActive: number },
): Promise<void> {
  await client.query(sql`
    with postponed as (
      update schedules
         set wake_at = now() + ${retryAfterMs}::float8 * interval '1 millisecond',
             refused_since = coalesce(refused_since, now()), refusals = refusals + 1
       where id = ${id}::uuid
    )
    insert into schedule_runs (schedule_id, environment_id, due_at, last_due_at, state, reason)
    values (${id}::uuid, ${tenant.environmentId}::integer, ${dueAt}::timestamptz, ${dueAt}::timestamptz, 'retrying',
            ${`the environment has ${maxActive} scheduled queries enqueued or running, the maximum`})
        on conflict (schedule_id, due_at) do nothing`);
}

/**
 * A query of the same id was submitted for the due time before: then the schedule only moves on. It
 * does not count as a submission of its user.
 */
async function insertRun(
  client: ClientBase,
  { id, dueAt, tenant: { environmentId } }: ClaimedSchedule,
  { id: queryId, plan, name, report, submittedBy, audit }: ScheduledQuery,
  { nextDueAt }: SubmitTerms,
): Promise<void> {
  await client.query(sql`
    with submitted as (
      insert into queries (id, environment_id, plan, submitted_by, name, report_definition_id, schedule_id, counted,
                           created_at, updated_at)
      values (${queryId}::uuid, ${environmentId}::integer, ${JSON.stringify(plan)}::jsonb, ${submittedBy}, ${name ?? null},
              ${report}, ${id}::uuid, false, clock_timestamp(), clock_timestamp())
          on conflict (id) do nothing
      returning id, created_at
    ), recorded as (
      insert into schedule_runs (schedule_id, environment_id, due_at, last_due_at, state, query_id)
      select ${id}::uuid, ${environmentId}::integer, ${dueAt}::timestamptz, ${dueAt}::timestamptz, 'submitted', id
        from submitted
          on conflict (schedule_id, due_at) do update
         set state = excluded.state, reason = null, query_id = excluded.query_id, last_due_at = excluded.last_due_at,
             due_times = 1, recorded_at = now()
       where schedule_runs.query_id is null
    ), advanced as (
      update schedules
         set next_due_at = ${nextDueAt}::timestamptz, wake_at = ${nextDueAt}::timestamptz, refused_since = null, refusals = 0
       where id = ${id}::uuid
    ), noted as (
      update saved_reports set run_at = now() where id = ${report}::uuid
    )
    select ${insertedEvent(audit)} from submitted`);
}
