import {
  ReportError,
  type Schedule,
  type ScheduleCount,
  type ScheduleEdit,
  type Maker,
  type ScheduleRun,
  type ScheduleStore,
} from '@hourglass/reports';
import type { Tenant } from '@hourglass/query';
import type { ClientBase } from 'pg';
import { insertedEvent } from '../audit/insert-audit-event.ts';
import { servedByDatabase } from '../connection/database-errors.ts';
import type { Queryable, Scoped, ScopedPool } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';
import { inTransaction } from '../connection/transaction.ts';
import { keepTargets, replaceTargets } from '../deliveries/schedule-targets.ts';
import { stopReason } from './stop-reason.ts';

/** Runs in the scope of organizations, because schedules depend on users, tokens and reports. */
export function createScheduleStore(pool: ScopedPool): ScheduleStore {
  const within = <Result>(
    { organization, environment }: Tenant,
    work: (scoped: Scoped) => Promise<Result>,
  ): Promise<Result> => servedByDatabase(() => work(pool.within({ organization, environment })));
  return {
    list: (tenant) =>
      within(tenant, async (scoped) => {
        const { rows } = await scoped.query<Schedule>(sql`
          ${selected} where s.environment_id = ${tenant.environmentId}::integer order by s.created_at, s.id`);
        return rows;
      }),
    find: (tenant, id) => within(tenant, (scoped) => find(scoped, tenant, id)),
    create: (tenant, schedule, rule, audit) =>
      within(tenant, (scoped) =>
        inTransaction(scoped, async (client) => {
          rule(await countUnderLock(client, tenant));
          const { id, maker } = schedule;
          await insert(client, { tenant, id, maker }, schedule.edit(await databaseTime(client)));
          await replaceTargets(client, { tenant, id, maker }, schedule.targets);
          return saved(client, tenant, id, audit);
        }),
      ),
    change: (tenant, { id, maker, edit, targets }, audit) =>
      within(tenant, (scoped) =>
        inTransaction(scoped, async (client) => {
          const locked = await client.query(sql`
            select from schedules where id = ${id}::uuid and environment_id = ${tenant.environmentId}::integer for update`);
          const present = locked.rowCount === 1 ? await find(client, tenant, id) : null;
          if (present === null) return null;
          await update(client, { id, maker, tenant }, edit(present));
          if (targets === undefined) await keepTargets(client, { id, maker, tenant });
          else await replaceTargets(client, { id, maker, tenant }, targets);
          return saved(client, tenant, id, audit);
        }),
      ),
    delete: (tenant, id, audit) =>
      within(tenant, async (scoped) => {
        const { rowCount } = await scoped.query(sql`
          with deleted as (
            delete from schedules
             where id = ${id}::uuid and environment_id = ${tenant.environmentId}::integer
            returning id
          )
          select ${insertedEvent(audit)} from deleted`);
        return rowCount === 1;
      }),
    listRuns: (tenant, id, page) => within(tenant, (scoped) => listRuns(scoped, { tenant, id }, page)),
  };
}

const selected = sql`
  select s.id, s.display_name as "displayName", s.report_id as report, s.overrides, s.cron, s.time_zone as "timeZone",
         s.catch_up as "catchUp", s.next_due_at is not null as enabled, s.skip_if_empty as "skipIfEmpty",
         s.made_by as "madeBy", (select expires_at from tokens where id = s.token_id) as "endsAt",
         coalesce(s.stop_reason, ${stopReason}) as "stopReason", s.created_at as "createdAt",
         s.modified_at as "modifiedAt", s.next_due_at as "nextDueAt", now() as "readAt",
         (select coalesce(json_agg(json_build_object('id', t.id, 'shown', t.shown) order by t.place), '[]')
            from delivery_targets t where t.schedule_id = s.id) as delivery
    from schedules s`;

async function find(
  queryable: Pick<Queryable, 'query'>,
  { environmentId }: Tenant,
  id: string,
): Promise<Schedule | null> {
  const { rows } = await queryable.query<Schedule>(sql`
    ${selected} where s.id = ${id}::uuid and s.environment_id = ${environmentId}::integer`);
  return rows[0] ?? null;
}

async function listRuns(
  scoped: Scoped,
  { tenant, id }: Pick<Written, 'tenant' | 'id'>,
  { before, limit }: Parameters<ScheduleStore['listRuns']>[2],
): Promise<readonly ScheduleRun[] | null> {
  if ((await find(scoped, tenant, id)) === null) return null;
  const { rows } = await scoped.query<ScheduleRun>(sql`
    select due_at as "dueAt", last_due_at as "lastDueAt", due_times as "dueTimes", state, reason,
           query_id as "queryId", result_rows::float8 as rows, recorded_at as "recordedAt", ended_at as "endedAt",
           (select coalesce(json_agg(json_build_object('id', d.id, 'kind', d.kind, 'state', d.state, 'failure', d.failure)
                                     order by t.place, d.created_at, d.id), '[]')
              from deliveries d join delivery_targets t on t.id = d.target_id
             where d.query_id = schedule_runs.query_id) as deliveries
      from schedule_runs
     where schedule_id = ${id}::uuid and environment_id = ${tenant.environmentId}::integer
       and due_at < coalesce(${before ?? null}::timestamptz, 'infinity')
     order by due_at desc
     limit ${limit}::integer`);
  return rows;
}

/** The lock serializes creations, so that the limit is exact, and excludes a deletion of the environment. */
async function countUnderLock(
  client: ClientBase,
  { organization, environment, environmentId }: Tenant,
): Promise<ScheduleCount> {
  const { rows: locked } = await client.query<Omit<ScheduleCount, 'existing'>>(sql`
    select e.max_schedules as own, o.schedules_ceiling as ceiling
      from environments e join organizations o on o.id = e.organization_id
     where e.id = ${environmentId}::integer
       for no key update of e`);
  const [limits] = locked;
  if (limits === undefined) throw new ReportError('environment.not_found', { organization, environment });
  const { rows } = await client.query<Pick<ScheduleCount, 'existing'>>(sql`
    select count(*)::integer as existing from schedules where environment_id = ${environmentId}::integer`);
  return { existing: rows[0]?.existing ?? 0, ...limits };
}

async function databaseTime(client: ClientBase): Promise<Date> {
  const { rows } = await client.query<{ now: Date }>('select now()');
  if (rows[0] === undefined) throw new Error('the database returned no time');
  return rows[0].now;
}

interface Written {
  readonly tenant: Tenant;
  readonly id: string;
  readonly maker: Maker;
}

async function insert(
  client: ClientBase,
  { tenant: { environmentId }, id, maker: { email, tokenId } }: Written,
  { definition, nextDueAt }: ScheduleEdit,
): Promise<void> {
  const { displayName, report, overrides, cron, timeZone, catchUp, skipIfEmpty } = definition;
  await client.query(sql`
    insert into schedules (id, environment_id, display_name, report_id, overrides, cron, time_zone, catch_up,
                           skip_if_empty, maker_id, made_by, token_id, next_due_at, wake_at)
    values (${id}::uuid, ${environmentId}::integer, ${displayName}, ${report}::uuid, ${JSON.stringify(overrides)}::json,
            ${cron}, ${timeZone}, ${catchUp}::catch_up, ${skipIfEmpty}::boolean,
            (select id from users where email = ${email}), ${email}, ${tokenId}::uuid,
            ${nextDueAt}::timestamptz, ${nextDueAt}::timestamptz)`);
}

async function update(
  client: ClientBase,
  { tenant: { environmentId }, id, maker: { email, tokenId } }: Written,
  { definition, nextDueAt }: ScheduleEdit,
): Promise<void> {
  const { displayName, report, overrides, cron, timeZone, catchUp, skipIfEmpty } = definition;
  await client.query(sql`
    update schedules
       set display_name = ${displayName}, report_id = ${report}::uuid, overrides = ${JSON.stringify(overrides)}::json,
           cron = ${cron}, time_zone = ${timeZone}, catch_up = ${catchUp}::catch_up,
           skip_if_empty = ${skipIfEmpty}::boolean, maker_id = (select id from users where email = ${email}),
           made_by = ${email}, token_id = ${tokenId}::uuid, modified_at = now(), stop_reason = null,
           -- A due time that a worker handles, or whose run was refused, stays as it is.
           wake_at = case when next_due_at is not distinct from ${nextDueAt}::timestamptz then wake_at
                          else ${nextDueAt}::timestamptz end,
           refused_since = case when next_due_at is not distinct from ${nextDueAt}::timestamptz then refused_since end,
           refusals = case when next_due_at is not distinct from ${nextDueAt}::timestamptz then refusals else 0 end,
           next_due_at = ${nextDueAt}::timestamptz
     where id = ${id}::uuid and environment_id = ${environmentId}::integer`);
}

async function saved(
  client: ClientBase,
  tenant: Tenant,
  id: string,
  audit: Parameters<ScheduleStore['create']>[3],
): Promise<Schedule> {
  const schedule = await find(client, tenant, id);
  if (schedule === null) throw new Error(`the schedule ${id} is gone`);
  await client.query(sql`select ${insertedEvent(audit(schedule))}`);
  return schedule;
}
