import { parsePlan } from '@hourglass/query';
import type { Claim, ClaimTerms } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { prepared, sql } from '../connection/sql.ts';
import { producer, type ResultTerms } from './result-terms.ts';
import {
  environmentOfQuery,
  fairStart,
  isClaimable,
  isUnsuspendedClaimable,
  orderInEnvironment,
  turnWeight,
} from './claimable-queries.ts';

interface ClaimedRow {
  readonly plan: unknown;
  readonly attempt: number;
  readonly countedAttempt: number;
  readonly failedAttempts: number;
  readonly createdAt: Date;
  readonly remainingMs: number;
}

/**
 * Begins a new attempt of the query and charges its environment, in one statement. Null: another
 * worker was faster, so the query is no longer claimable.
 */
export async function claimQuery(
  pool: Queryable,
  id: string,
  terms: ClaimTerms & ResultTerms,
): Promise<Claim | null> {
  const { leaseMs, timeoutMs } = terms;
  const statement = sql`
    with claimed as (
      update queries q
         set state = 'running',
             attempt = q.attempt + 1,
             retry_at = null,
             -- The previous attempt's progress stays visible until this attempt exceeds it.
             phase = 'collecting',
             rows_scanned = coalesce(q.rows_scanned, 0),
             first_started_at = coalesce(q.first_started_at, now()),
             started_at = now(),
             lease_expires_at = now() + ${leaseMs}::float8 * interval '1 millisecond',
             -- The attempt takes its snapshot of the facts later, so that it sees whatever this one sees.
             claim_snapshot = pg_current_snapshot(),
             made_by = ${producer(terms)},
             -- A query that has joined another one counts when it must run itself.
             counted = q.counted or q.joined_to is not null,
             updated_at = now()
       where q.id = ${id}::uuid and ${isClaimable(terms)}
      returning q.*
    ), charged as (
      update environments e
         set next_turn = ${fairStart} + 1.0 / ${turnWeight}
        from claimed
       where e.id = claimed.environment_id
      returning e.next_turn - 1.0 / ${turnWeight} as fair_start
    ), advanced as (
      update scheduler s set turn = greatest(s.turn, charged.fair_start) from charged
    )
    select plan, attempt, attempt - excused_attempts as "countedAttempt", failed_attempts as "failedAttempts",
           created_at as "createdAt",
           floor(extract(epoch from first_started_at - now()) * 1000 + ${timeoutMs}::float8)::float8 as "remainingMs"
      from claimed`;
  const { rows } = await pool.query<ClaimedRow>(prepared('claim-query', statement));
  const [row] = rows;
  return row === undefined ? null : { id, ...row, plan: parsePlan(row.plan) };
}

/** Returns the ids of claimable queries in fair order. */
export async function listWaiting(
  pool: Queryable,
  terms: ClaimTerms,
  limit: number,
): Promise<readonly string[]> {
  const { rows } = await pool.query<{ readonly id: string }>(sql`
    select q.id
      from queries q
     cross join lateral ${environmentOfQuery}
     where q.state in ('enqueued', 'running') and ${isUnsuspendedClaimable(terms)} and e.suspended_at is null
     order by ${fairStart}, ${orderInEnvironment}, q.id
     limit ${limit}::integer`);
  return rows.map(({ id }) => id);
}
