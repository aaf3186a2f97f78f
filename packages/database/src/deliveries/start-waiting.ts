import type { FanOutTerms } from '@hourglass/reports';
import type { ClientBase } from 'pg';
import { sql } from '../connection/sql.ts';
import { queryStatus, statusColumns, type StatusRow } from '../queries/query-rows.ts';

interface WaitingRow extends StatusRow<Date> {
  readonly deliveryId: string;
  readonly kind: string;
  readonly id: string;
  readonly organization: string;
  readonly environment: string;
}

/**
 * Makes waiting deliveries of ended queries due. A bucket gets only archives; the other receivers also
 * learn of a failure.
 */
export async function startWaiting(
  client: ClientBase,
  { typeOf, payloadOf }: Pick<FanOutTerms, 'typeOf' | 'payloadOf'>,
  limit: number,
): Promise<number> {
  const { rows } = await client.query<WaitingRow>(sql`
    select d.id as "deliveryId", d.kind::text as kind, o.name as organization, e.name as environment,
           q.id, ${statusColumns}
      from deliveries d
      join queries q on q.id = d.query_id
      join environments e on e.id = q.environment_id
      join organizations o on o.id = e.organization_id
     where d.state = 'waiting' and q.state not in ('enqueued', 'running')
     limit ${limit}::integer
       for no key update of d skip locked`);
  if (rows.length === 0) return 0;
  const started = rows.map((row) => {
    const { deliveryId, id, organization, environment } = row;
    const type = typeOf(row.state) ?? '';
    const query = { id, scope: { organization, environment }, ...queryStatus(row) };
    const hasNothing = row.kind === 's3' && row.state !== 'completed';
    return {
      id: deliveryId,
      type,
      payload: payloadOf(type, { at: row.updatedAt, query }),
      failure: hasNothing ? `the query is ${row.state} and has no result` : null,
    };
  });
  await client.query(sql`
    update deliveries d
       set type = new.type, payload = new.payload, failure = new.failure,
           state = case when new.failure is null then 'pending' else 'cancelled' end::delivery_state,
           due_at = case when new.failure is null then now() end,
           ended_at = case when new.failure is not null then now() end
      from unnest(${started.map(({ id }) => id)}::uuid[], ${started.map(({ type }) => type)}::text[],
                  ${started.map(({ payload }) => payload)}::text[], ${started.map(({ failure }) => failure)}::text[])
           as new (id, type, payload, failure)
     where d.id = new.id`);
  return rows.length;
}
