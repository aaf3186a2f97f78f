import type { ClaimTerms } from '@hourglass/reports';
import { sql, type Sql } from '../connection/sql.ts';

/**
 * Whether a worker may begin an attempt of a query `q` now: unowned, its retry delay over, attempts
 * and time left.
 */
export function isClaimable(terms: ClaimTerms): Sql {
  return sql`${isUnsuspendedClaimable(terms)} and not ${isSuspended}`;
}

/** Like `isClaimable`, for a statement that joins the organization and checks its suspension. */
export function isUnsuspendedClaimable(terms: ClaimTerms): Sql {
  return sql`
    ${isUnowned} and not ${waitsForEqual} and (q.retry_at is null or q.retry_at <= now()) and not ${isExhausted(terms)} and not ${isLate(terms, 0)}`;
}

/**
 * Includes running queries whose lease has lapsed: the worker died or cannot reach the database.
 */
export const isUnowned = sql`
  (q.state = 'enqueued' or (q.state = 'running' and q.lease_expires_at <= now()))`;

/** Whether the organization of a query is suspended. Its queries stay enqueued. */
const isSuspended = sql`
  exists (select from environments suspended
            join organizations o on o.id = suspended.organization_id
           where suspended.id = q.environment_id and o.suspended_at is not null)`;

/**
 * Whether a query has joined one that is still active, or was accepted after another one that has joined it: of those, one
 * runs at a time.
 */
const waitsForEqual = sql`
  (q.joined_to is not null and exists (
    select from queries equal
     where (equal.id = q.joined_to
            or (equal.joined_to = q.joined_to and (equal.created_at, equal.id) < (q.created_at, q.id)))
       and equal.state in ('enqueued', 'running')))`;

/**
 * The environment `e` of a query `q`, to be joined laterally. PostgreSQL overestimates the active queries, and would otherwise read every
 * environment to find those of a few.
 */
export const environmentOfQuery = sql`
  (select turn.next_turn, least(turn.turn_weight, o.turn_weight_ceiling) as turn_weight, o.name as organization, o.suspended_at
     from environments turn left join organizations o on o.id = turn.organization_id
    where turn.id = q.environment_id
   offset 0) e`;

/** Released attempts do not count. */
export function isExhausted({ maxAttempts }: ClaimTerms): Sql {
  return sql`(q.attempt - q.excused_attempts >= ${maxAttempts}::integer)`;
}

/**
 * Whether the deadline passed more than `graceMs` ago. A query has no deadline before its first
 * attempt.
 */
export function isLate({ timeoutMs }: ClaimTerms, graceMs: number): Sql {
  return sql`
    coalesce(q.first_started_at + ${timeoutMs + graceMs}::float8 * interval '1 millisecond' <= now(), false)`;
}

/**
 * The start tag of start-time fair queueing: the environment with the smallest one is next. An
 * environment that was idle starts at the scheduler's virtual time. Needs `environments e`.
 */
export const fairStart = sql`greatest(e.next_turn, (select turn from scheduler))`;

/**
 * The order within an environment: oldest first, but each counted attempt makes a query a minute
 * younger. A query that kills its workers lets others go first, and queries that lose a worker by
 * chance share the losses.
 */
export const orderInEnvironment = sql`
  q.created_at + (q.attempt - q.excused_attempts) * interval '1 minute'`;

/** The weight of an environment `e`, bounded by the ceiling of its organization. */
export const turnWeight = sql`
  least(e.turn_weight, (select o.turn_weight_ceiling from organizations o where o.id = e.organization_id))`;
