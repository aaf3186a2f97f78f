import type { ClaimedDelivery, DeliveryClaimTerms, ShownTarget } from '@hourglass/reports';
import type { Scoped } from '../connection/scoped-pool.ts';
import { sql, type Sql } from '../connection/sql.ts';
import { inTransaction } from '../connection/transaction.ts';

interface ClaimedRow extends Pick<
  ClaimedDelivery,
  'id' | 'type' | 'payload' | 'attempt' | 'failedAttempts' | 'queryId'
> {
  readonly organization: string;
  readonly environment: string;
  readonly archiveKey: string | null;
  readonly archiveMd5: string | null;
  readonly endpointId: string | null;
  readonly url: string;
  readonly sealedSecret: Uint8Array;
  readonly sealedOldSecret: Uint8Array | null;
  readonly targetId: string | null;
  readonly shown: ShownTarget;
  readonly sealed: Uint8Array;
}

/** Kept attempts of a delivery. */
const maxAttempts = 50;
/** Identifies the lock by which one worker claims at a time. */
const claimLock = 0x64656c76;

/**
 * Claims due deliveries. One worker does so at a time, so that the deliveries in flight are counted
 * exactly; another one that asks meanwhile gets none.
 */
export async function claimDeliveries(
  pool: Scoped,
  terms: DeliveryClaimTerms,
  limit: number,
): Promise<readonly ClaimedDelivery[]> {
  // Most often nothing is due, and one statement tells.
  const { rows: due } = await pool.query(
    `select from deliveries where state in ('pending', 'sending') and due_at <= now() limit 1`,
  );
  if (due.length === 0) return [];
  return inTransaction(pool, async (client) => {
    const { rows: locked } = await client.query<{ locked: boolean }>(
      sql`select pg_try_advisory_xact_lock(${claimLock}) as locked`,
    );
    if (locked[0]?.locked !== true) return [];
    const { rows } = await client.query<ClaimedRow>(claimStatement(terms, limit));
    return rows.map(claimedDelivery);
  });
}

/**
 * Takes the oldest due deliveries of each lane, up to its free places, and then one of each lane before
 * the second of any.
 */
function claimStatement(terms: DeliveryClaimTerms, limit: number): Sql {
  return sql`
    with recursive ${laneNames}, ${inFlight}, candidates as (${candidates(terms)}), shared as (
      select id, place, due_at,
             row_number() over (partition by organization_id order by place, due_at, id)
               + coalesce((select sum(held) from in_flight f where f.organization_id = c.organization_id), 0)
               as of_organization
        from candidates c
    ), chosen as (
      select id from shared
       where of_organization <= ${terms.maxPerOrganization}::integer
       order by of_organization, place, due_at, id
       limit ${limit}::integer
    ), claimed as (${beginAttempts(terms)})
    select d.id, d.type, d.payload, d.attempt, d.failed_attempts as "failedAttempts", d.query_id as "queryId",
           o.name as organization, e.name as environment,
           q.archive_key as "archiveKey", q.archive_md5 as "archiveMd5",
           w.id as "endpointId", w.url, w.sealed_secret as "sealedSecret",
           case when w.old_secret_until > now() then w.sealed_old end as "sealedOldSecret",
           t.id as "targetId", t.shown, t.sealed
      from claimed d
      join environments e on e.id = d.environment_id
      join organizations o on o.id = e.organization_id
      left join webhook_endpoints w on w.id = d.endpoint_id
      left join delivery_targets t on t.id = d.target_id
      left join queries q on q.id = d.query_id and q.state = 'completed'`;
}

/** Skips from lane to lane in the index, however many deliveries each has. */
const laneNames = sql`
  lane_names as (
    (select lane from deliveries where state in ('pending', 'sending') order by lane limit 1)
     union all
    select (select d.lane from deliveries d
             where d.state in ('pending', 'sending') and d.lane > l.lane order by d.lane limit 1)
      from lane_names l where l.lane is not null
  )`;

const inFlight = sql`
  in_flight as (
    select d.lane, e.organization_id, count(*) as held
      from deliveries d join environments e on e.id = d.environment_id
     where d.state = 'sending' and d.due_at > now()
     group by d.lane, e.organization_id
  )`;

function candidates({ maxPerLane }: DeliveryClaimTerms): Sql {
  return sql`
    select d.id, e.organization_id, d.due_at,
           row_number() over (partition by d.lane order by d.due_at, d.id) as place
      from lane_names l
     cross join lateral (select id, lane, environment_id, due_at
                           from deliveries
                          where lane = l.lane and state in ('pending', 'sending') and due_at <= now()
                          order by due_at, id
                          limit greatest(0, ${maxPerLane}::integer
                                 - coalesce((select sum(held) from in_flight f where f.lane = l.lane), 0))) d
      join environments e on e.id = d.environment_id
      join organizations o on o.id = e.organization_id and o.suspended_at is null`;
}

/** An attempt whose lease lapsed counts as failed, so that a delivery which kills its worker ends. */
function beginAttempts({ leaseMs }: DeliveryClaimTerms): Sql {
  return sql`
    update deliveries d
       set state = 'sending',
           attempt = d.attempt + 1,
           failed_attempts = d.failed_attempts + case d.state when 'sending' then 1 else 0 end,
           due_at = now() + ${leaseMs}::float8 * interval '1 millisecond',
           attempts = case when jsonb_array_length(d.attempts) >= ${maxAttempts}::integer
                           then d.attempts - 0 else d.attempts end
                      || jsonb_build_object('at', now())
      from chosen where d.id = chosen.id
    returning d.*`;
}

function claimedDelivery(row: ClaimedRow): ClaimedDelivery {
  const { id, type, payload, attempt, failedAttempts, queryId, organization, environment } = row;
  const { archiveKey, archiveMd5, endpointId, url, sealedSecret, sealedOldSecret } = row;
  const { targetId, shown, sealed } = row;
  return {
    ...{ id, type, payload, attempt, failedAttempts, queryId, scope: { organization, environment } },
    result: archiveKey === null ? null : { archiveKey, archiveMd5 },
    endpoint: endpointId === null ? null : { id: endpointId, url, sealedSecret, sealedOldSecret },
    target: targetId === null ? null : { id: targetId, shown, sealed },
  };
}
