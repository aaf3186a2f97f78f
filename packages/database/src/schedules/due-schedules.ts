import {
  systemActor,
  type AuditEvent,
  type ClaimedSchedule,
  type DueRun,
  type DueSchedules,
  type EndedRun,
  type StopReason,
  type UnsubmittedRun,
} from '@hourglass/reports';
import { insertedEvent } from '../audit/insert-audit-event.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import { everyTenant } from '../connection/scope.ts';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';
import { stopReason } from './stop-reason.ts';
import { submitRun } from './submit-run.ts';

export function createDueSchedules(pool: ScopedPool): DueSchedules {
  const all = pool.within(everyTenant);
  /** Reports, users and tokens of the schedule's organization only. */
  const within = ({ tenant: { environmentId } }: ClaimedSchedule) => pool.within({ environmentId });
  return {
    claim: (limit, claimMs) => servedByDatabase(() => claim(all, limit, claimMs)),
    findRun: (schedule) => servedByDatabase(() => findRun(within(schedule), schedule)),
    submit: (schedule, query, terms) =>
      servedByDatabase(() => submitRun(within(schedule), schedule, query, terms)),
    skip: (schedule, run) => servedByDatabase(() => skip(within(schedule), schedule, run)),
    stop: (schedule, reason) => servedByDatabase(() => stop(within(schedule), schedule, reason)),
    settleEnded: (limit) => servedByDatabase(() => settleEnded(all, limit)),
    deleteExpiredRuns: (terms) => servedByDatabase(() => deleteExpiredRuns(all, terms)),
  };
}

async function claim(pool: Queryable, limit: number, claimMs: number): Promise<readonly ClaimedSchedule[]> {
  type Row = Omit<ClaimedSchedule, 'tenant'> & ClaimedSchedule['tenant'];
  const { rows } = await pool.query<Row>(sql`
    with due as (
      select s.id, o.name as organization, e.name as environment
        from schedules s
        join environments e on e.id = s.environment_id
        join organizations o on o.id = e.organization_id
       where s.wake_at <= now() and o.suspended_at is null
       order by s.wake_at
       limit ${limit}::integer
         for update of s skip locked
    )
    update schedules s
       set wake_at = now() + ${claimMs}::float8 * interval '1 millisecond'
      from due
     where s.id = due.id
    returning s.id, due.organization, due.environment, s.environment_id as "environmentId", s.cron,
              s.time_zone as "timeZone", s.catch_up as "catchUp", s.next_due_at as "dueAt", now() as "claimedAt",
              s.refused_since as "refusedSince", s.refusals`);
  return rows
    .toSorted((one, other) => one.dueAt.getTime() - other.dueAt.getTime())
    .map(({ organization, environment, environmentId, ...row }) => ({
      ...row,
      tenant: { organization, environment, environmentId },
    }));
}

interface RunRow {
  readonly stopReason: StopReason | null;
  readonly report: string;
  readonly definition: Extract<DueRun, { kind: 'run' }>['definition'];
  readonly overrides: Extract<DueRun, { kind: 'run' }>['overrides'];
  readonly madeBy: string;
}

async function findRun(pool: Queryable, { id, dueAt }: ClaimedSchedule): Promise<DueRun | null> {
  const { rows } = await pool.query<RunRow>(sql`
    select ${stopReason} as "stopReason", s.report_id as report, s.overrides, s.made_by as "madeBy",
           (select definition from saved_reports where id = s.report_id) as definition
      from schedules s
     where s.id = ${id}::uuid and s.next_due_at = ${dueAt}::timestamptz`);
  const [row] = rows;
  if (row === undefined) return null;
  const { stopReason: reason, ...run } = row;
  return reason === null ? { kind: 'run', ...run } : { kind: 'stop', reason };
}

async function skip(
  pool: Queryable,
  { id, dueAt }: ClaimedSchedule,
  { state, reason, lastDueAt, dueTimes, nextDueAt }: UnsubmittedRun,
): Promise<boolean> {
  const { rowCount } = await pool.query(sql`
    with advanced as (
      update schedules
         set next_due_at = ${nextDueAt}::timestamptz, wake_at = ${nextDueAt}::timestamptz, refused_since = null, refusals = 0
       where id = ${id}::uuid and next_due_at = ${dueAt}::timestamptz
      returning id, environment_id
    ), recorded as (
      insert into schedule_runs (schedule_id, environment_id, due_at, last_due_at, due_times, state, reason)
      select id, environment_id, ${dueAt}::timestamptz, ${lastDueAt}::timestamptz, ${dueTimes}::integer,
             ${state}::schedule_run_state, ${reason}
        from advanced
          on conflict (schedule_id, due_at) do update
         set last_due_at = excluded.last_due_at, due_times = excluded.due_times, state = excluded.state,
             reason = coalesce(excluded.reason, schedule_runs.reason), recorded_at = now()
       where schedule_runs.query_id is null
    )
    select from advanced`);
  return rowCount === 1;
}

async function stop(pool: Queryable, schedule: ClaimedSchedule, reason: StopReason): Promise<boolean> {
  const { id, dueAt } = schedule;
  const { rowCount } = await pool.query(sql`
    with stopped as (
      update schedules
         set next_due_at = null, wake_at = null, refused_since = null, refusals = 0, stop_reason = ${reason}
       where id = ${id}::uuid and next_due_at = ${dueAt}::timestamptz
      returning id, environment_id
    ), recorded as (
      insert into schedule_runs (schedule_id, environment_id, due_at, last_due_at, state, reason)
      select id, environment_id, ${dueAt}::timestamptz, ${dueAt}::timestamptz, 'stopped', ${reason}
        from stopped
          on conflict (schedule_id, due_at) do update
         set state = excluded.state, reason = excluded.reason, recorded_at = now()
       where schedule_runs.query_id is null
    )
    select ${insertedEvent(stopEvent(schedule, reason))} from stopped`);
  return rowCount === 1;
}

function stopEvent({ id, tenant }: ClaimedSchedule, reason: StopReason): AuditEvent {
  const { organization, environment } = tenant;
  return {
    ...{ actor: systemActor, action: 'schedule.stop', organization, environment, object: id },
    ...{ refusal: null, details: { reason } },
  };
}

async function settleEnded(pool: Queryable, limit: number): Promise<readonly EndedRun[]> {
  const { rows } = await pool.query<EndedRun>(sql`
    with ended as (
      select r.schedule_id, r.due_at, q.result_rows, q.updated_at, q.failure,
             case when q.state in ('failed', 'cancelled') then q.state::text
                  when q.result_rows = 0 and s.skip_if_empty then 'empty'
                  else 'completed'
             end::schedule_run_state as state
        from schedule_runs r
        join schedules s on s.id = r.schedule_id
        join queries q on q.id = r.query_id
       where r.state = 'submitted' and q.state not in ('enqueued', 'running')
       limit ${limit}::integer
         for update of r skip locked
    ), settled as (
      update schedule_runs r
         set state = ended.state, result_rows = ended.result_rows, reason = ended.failure, ended_at = ended.updated_at
        from ended
       where r.schedule_id = ended.schedule_id and r.due_at = ended.due_at
      returning r.schedule_id, r.environment_id, r.due_at, r.query_id, r.state
    ), delivered as (
      insert into deliveries (id, environment_id, kind, lane, endpoint_id, target_id, query_id, type, state, failure, ended_at)
      select gen_random_uuid(), t.environment_id, t.kind, t.lane, t.endpoint_id, t.id, s.query_id, '',
             case when w.enabled = false then 'cancelled' else 'waiting' end::delivery_state,
             case when w.enabled = false then 'the endpoint was disabled' end,
             case when w.enabled = false then now() end
        from settled s
        join delivery_targets t on t.schedule_id = s.schedule_id
        left join webhook_endpoints w on w.id = t.endpoint_id
       where s.state in ('completed', 'failed')
       order by t.place
          on conflict (target_id, query_id) do nothing
    )
    select schedule_id as "scheduleId", environment_id as "environmentId", due_at as "dueAt", query_id as "queryId", state
      from settled`);
  return rows;
}

async function deleteExpiredRuns(
  pool: Queryable,
  { days, limit }: { readonly days: number; readonly limit: number },
): Promise<number> {
  const { rowCount } = await pool.query(sql`
    delete from schedule_runs
     where ctid = any(array(
             select ctid from schedule_runs
              where recorded_at < now() - ${days}::integer * interval '1 day' and state <> 'submitted'
              limit ${limit}::integer))`);
  return rowCount ?? 0;
}
