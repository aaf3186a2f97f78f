import { parsePlan } from '@hourglass/query';
import type { Claim, ClaimTerms } from '@hourglass/reports';
import type { PrismaClient } from '../generated/client.ts';
import { isWaiting, placeInEnvironment, turnOfEnvironment } from './waiting-queries.ts';

interface ClaimedRow {
  readonly plan: unknown;
  readonly attempt: number;
  readonly countedAttempt: number;
  readonly failedAttempts: number;
  readonly createdAt: Date;
  readonly remainingMs: number;
}

/**
 * One statement: takes the query for a new attempt, and the turn of its environment with it. Whoever comes second finds
 * that the query waits no more.
 */
export async function claimQuery(prisma: PrismaClient, id: string, terms: ClaimTerms): Promise<Claim | null> {
  const { leaseMs, timeoutMs } = terms;
  const [row] = await prisma.$queryRaw<ClaimedRow[]>`
    with claimed as (
      update queries q
         set state = 'running',
             attempt = q.attempt + 1,
             retry_at = null,
             -- What was shown of the attempt before stays until this one is further.
             phase = 'collecting',
             rows_scanned = coalesce(q.rows_scanned, 0),
             first_started_at = coalesce(q.first_started_at, now()),
             started_at = now(),
             lease_expires_at = now() + ${leaseMs}::float8 * interval '1 millisecond',
             updated_at = now()
       where q.id = ${id}::uuid and ${isWaiting(terms)}
      returning q.*
    ), used as (
      update environments e
         set next_turn = ${turnOfEnvironment} + 1.0 / e.turn_weight
        from claimed
       where e.id = claimed.environment_id
      returning e.next_turn - 1.0 / e.turn_weight as turn
    ), moved as (
      update scheduler s set turn = greatest(s.turn, used.turn) from used
    )
    select plan, attempt, attempt - excused_attempts as "countedAttempt", failed_attempts as "failedAttempts",
           created_at as "createdAt",
           floor(extract(epoch from first_started_at - now()) * 1000 + ${timeoutMs}::float8)::float8 as "remainingMs"
      from claimed`;
  if (row === undefined) return null;
  return { id, ...row, plan: parsePlan(row.plan) };
}

/** The first is the one whose turn it is. */
export async function listWaiting(
  prisma: PrismaClient,
  terms: ClaimTerms,
  limit: number,
): Promise<readonly string[]> {
  const rows = await prisma.$queryRaw<{ readonly id: string }[]>`
    select q.id
      from queries q
      join environments e on e.id = q.environment_id
     where q.state in ('enqueued', 'running') and ${isWaiting(terms)}
     order by ${turnOfEnvironment}, ${placeInEnvironment}, q.id
     limit ${limit}::integer`;
  return rows.map(({ id }) => id);
}
