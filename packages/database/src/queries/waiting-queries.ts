import type { ClaimTerms } from '@hourglass/reports';
import { Prisma } from '../generated/client.ts';

/**
 * What makes a query `q` one that a worker should begin now: nobody has it, it is not to wait for its next attempt, and it
 * has attempts and time left.
 */
export function isWaiting(terms: ClaimTerms): Prisma.Sql {
  return Prisma.sql`
    ${isFree} and (q.retry_at is null or q.retry_at <= now()) and not ${isExhausted(terms)} and not ${isLate(terms, 0)}`;
}

/** Also of a running query, whose worker died or cannot reach the database. */
export const isFree = Prisma.sql`
  (q.state = 'enqueued' or (q.state = 'running' and q.lease_expires_at <= now()))`;

/** Attempts that were excused are not counted. */
export function isExhausted({ maxAttempts }: ClaimTerms): Prisma.Sql {
  return Prisma.sql`(q.attempt - q.excused_attempts >= ${maxAttempts}::integer)`;
}

/** Past the deadline by more than `graceMs`. A query that was never begun has none. */
export function isLate({ timeoutMs }: ClaimTerms, graceMs: number): Prisma.Sql {
  return Prisma.sql`
    coalesce(q.first_started_at + ${timeoutMs + graceMs}::float8 * interval '1 millisecond' <= now(), false)`;
}

/** Start-time fair queueing: the environment whose turn is first. Needs `environments e`. */
export const turnOfEnvironment = Prisma.sql`greatest(e.next_turn, (select turn from scheduler))`;

/**
 * In an environment the oldest is first, but each attempt that was not excused makes a query a minute younger: one that kills
 * its workers lets others through before it takes the next, and those that lose theirs by chance share the losses.
 */
export const placeInEnvironment = Prisma.sql`
  q.created_at + (q.attempt - q.excused_attempts) * interval '1 minute'`;
