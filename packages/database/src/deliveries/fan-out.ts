import type { FanOutTerms, FannedOutEvent } from '@hourglass/reports';
import type { ClientBase } from 'pg';
import { sql } from '../connection/sql.ts';
import { queryStatus, statusColumns, type StatusRow } from '../queries/query-rows.ts';

interface DueEndpoint {
  readonly id: string;
  readonly events: readonly string[];
}

interface EventRow extends StatusRow<Date> {
  readonly endpointId: string;
  readonly eventId: string;
  readonly isStateChange: boolean;
  readonly at: Date;
  readonly id: string;
  readonly organization: string;
  readonly environment: string;
  readonly environmentId: number;
}

interface NewDelivery {
  readonly id: string;
  readonly environmentId: number;
  readonly endpointId: string;
  readonly queryId: string;
  readonly eventId: string;
  readonly type: string;
  readonly payload: string;
}

/**
 * Makes the deliveries of new events for endpoints that no other worker handles now. Runs in a
 * transaction, so that deliveries and positions are committed together. The events of an environment
 * become visible in the order of their ids, so that none appears behind a position.
 */
export async function fanOut(client: ClientBase, terms: FanOutTerms): Promise<number> {
  const { rows: endpoints } = await client.query<DueEndpoint>(sql`
    select w.id, w.events
      from webhook_endpoints w
     where w.enabled
       and exists (select from query_events v where v.environment_id = w.environment_id and v.id > w.position)
     limit ${terms.maxEndpoints}::integer
       for no key update skip locked`);
  if (endpoints.length === 0) return 0;
  const events = await newEvents(client, endpoints, terms);
  await insertDeliveries(
    client,
    events.flatMap((row) => deliveriesOf(row, endpoints, terms)),
  );
  await advance(client, events);
  return events.length;
}

/** Reads the positions again, because a locked row may be newer than the one that was selected. */
async function newEvents(
  client: ClientBase,
  endpoints: readonly DueEndpoint[],
  { maxEventsPerEndpoint }: FanOutTerms,
): Promise<readonly EventRow[]> {
  const { rows } = await client.query<EventRow>(sql`
    select w.id as "endpointId", v.id as "eventId", v.is_state_change as "isStateChange", v.at,
           e.id as "environmentId", o.name as organization, e.name as environment,
           q.id, ${statusColumns}, v.state
      from webhook_endpoints w
      join environments e on e.id = w.environment_id
      join organizations o on o.id = e.organization_id
     cross join lateral (select * from query_events v
                          where v.environment_id = w.environment_id and v.id > w.position
                          order by v.id limit ${maxEventsPerEndpoint}::integer) v
      join queries q on q.id = v.query_id
     where w.id = any(${endpoints.map(({ id }) => id)}::uuid[])
     order by v.id`);
  return rows;
}

function deliveriesOf(
  row: EventRow,
  endpoints: readonly DueEndpoint[],
  { newId, typeOf, payloadOf }: FanOutTerms,
): readonly NewDelivery[] {
  const type = row.isStateChange ? typeOf(row.state) : null;
  const endpoint = endpoints.find(({ id }) => id === row.endpointId);
  if (type === null || endpoint?.events.includes(type) !== true) return [];
  const { environmentId, endpointId, eventId, id: queryId } = row;
  const payload = payloadOf(type, eventOf(row));
  return [{ id: newId(), environmentId, endpointId, queryId, eventId, type, payload }];
}

/** The query may have changed since the event: its state and time are those of the event. */
function eventOf(row: EventRow): FannedOutEvent {
  const { id, at, organization, environment } = row;
  return {
    at,
    query: { id, scope: { organization, environment }, ...queryStatus({ ...row, updatedAt: at }) },
  };
}

async function insertDeliveries(client: ClientBase, deliveries: readonly NewDelivery[]): Promise<void> {
  if (deliveries.length === 0) return;
  await client.query(sql`
    insert into deliveries (id, environment_id, kind, lane, endpoint_id, query_id, event_id, type, payload, state, due_at)
    select id, environment_id, 'webhook', endpoint_id::text, endpoint_id, query_id, event_id, type, payload, 'pending', now()
      from unnest(${deliveries.map(({ id }) => id)}::uuid[],
                  ${deliveries.map(({ environmentId }) => environmentId)}::integer[],
                  ${deliveries.map(({ endpointId }) => endpointId)}::uuid[],
                  ${deliveries.map(({ queryId }) => queryId)}::uuid[],
                  ${deliveries.map(({ eventId }) => eventId)}::bigint[],
                  ${deliveries.map(({ type }) => type)}::text[],
                  ${deliveries.map(({ payload }) => payload)}::text[])
           as new (id, environment_id, endpoint_id, query_id, event_id, type, payload)`);
}

async function advance(client: ClientBase, events: readonly EventRow[]): Promise<void> {
  // In the order of ids: the last one of an endpoint remains.
  const positions = new Map(events.map(({ endpointId, eventId }) => [endpointId, eventId]));
  await client.query(sql`
    update webhook_endpoints w set position = new.position
      from unnest(${[...positions.keys()]}::uuid[], ${[...positions.values()]}::bigint[]) as new (id, position)
     where w.id = new.id`);
}
