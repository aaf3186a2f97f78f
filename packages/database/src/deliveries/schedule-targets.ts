import type { Tenant } from '@hourglass/query';
import { ReportError, type KeptTarget, type Maker, type StoredTarget } from '@hourglass/reports';
import type { ClientBase } from 'pg';
import { sql } from '../connection/sql.ts';

interface ScheduleTargets {
  readonly tenant: Tenant;
  readonly id: string;
  readonly maker: Maker;
}

/**
 * Replaces the targets of a schedule that the transaction has locked, except those that it keeps. Deliveries to the
 * former ones continue.
 * @throws ReportError `webhook.not_found` for an endpoint of another environment
 */
export async function replaceTargets(
  client: ClientBase,
  schedule: ScheduleTargets,
  targets: readonly (StoredTarget | KeptTarget)[],
): Promise<void> {
  const kept = targets.flatMap(({ kind, id }) => (kind === 'kept' ? [id] : []));
  await client.query(sql`
    update delivery_targets set schedule_id = null
     where schedule_id = ${schedule.id}::uuid and id <> all (${kept}::uuid[])`);
  await keepTargets(client, schedule);
  for (const [place, target] of targets.entries()) {
    if (target.kind === 'kept') await moveTarget(client, schedule, target.id, place);
    else await insertTarget(client, schedule, target, place);
  }
}

/** Links are made with the rights of the schedule's present maker. */
export async function keepTargets(client: ClientBase, { id, maker }: ScheduleTargets): Promise<void> {
  await client.query(sql`
    update delivery_targets
       set user_id = (select u.id from users u where u.email = ${maker.email}), token_id = ${maker.tokenId}::uuid
     where schedule_id = ${id}::uuid`);
}

async function moveTarget(
  client: ClientBase,
  schedule: Pick<ScheduleTargets, 'id'>,
  id: string,
  place: number,
): Promise<void> {
  await client.query(sql`
    update delivery_targets set place = ${place}::integer
     where id = ${id}::uuid and schedule_id = ${schedule.id}::uuid`);
}

async function insertTarget(
  client: ClientBase,
  { tenant: { environmentId }, id: scheduleId, maker: { email, tokenId } }: ScheduleTargets,
  { id, kind, lane, shown, sealed, endpointId }: StoredTarget,
  place: number,
): Promise<void> {
  const { rowCount } = await client.query(sql`
    insert into delivery_targets (id, environment_id, kind, lane, shown, sealed, endpoint_id, user_id, token_id,
                                  schedule_id, place)
    select ${id}::uuid, ${environmentId}::integer, ${kind}::delivery_kind, ${lane}, ${JSON.stringify(shown)}::json,
           ${sealed}::bytea, ${endpointId}::uuid, (select u.id from users u where u.email = ${email}),
           ${tokenId}::uuid, ${scheduleId}::uuid, ${place}::integer
     where ${endpointId}::uuid is null
        or exists (select from webhook_endpoints w
                    where w.id = ${endpointId}::uuid and w.environment_id = ${environmentId}::integer)`);
  if (rowCount === 0) throw new ReportError('webhook.not_found', { id: endpointId ?? '' });
}
