import { parsePlan } from '@hourglass/query';
import { failureReason, type Claim, type ClaimTerms } from '@hourglass/reports';
import type { PrismaClient } from '../generated/client.ts';

interface ClaimedRow {
  readonly state: string;
  readonly plan: unknown;
  readonly attempt: number;
  readonly createdAt: Date;
  readonly remainingMs: number;
}

/** One update: takes the query for a new attempt, or ends it when no attempt or no time is left. */
export async function claimQuery(
  prisma: PrismaClient,
  id: string,
  { leaseMs, maxAttempts, timeoutMs }: ClaimTerms,
): Promise<Claim | null> {
  const [row] = await prisma.$queryRaw<ClaimedRow[]>`
    with claimable as (
      select id,
             case
               when first_started_at + ${timeoutMs}::float8 * interval '1 millisecond' <= now()
                 then ${failureReason('outOfTime', { seconds: timeoutMs / 1000 })}
               when attempt >= ${maxAttempts}::integer
                 then ${failureReason('neverFinished', { attempts: maxAttempts })}
             end as failure,
             first_started_at + ${timeoutMs}::float8 * interval '1 millisecond' <= now() as late
        from queries
       where id = ${id}::uuid
         and (state = 'enqueued' or (state = 'running' and lease_expires_at <= now()))
         for update
    )
    update queries q
       set state = (case when c.failure is null then 'running' else 'failed' end)::query_state,
           failure = c.failure,
           -- Attempts that never ended are a fault of ours, and the submission is given back; a late query is not.
           counted = c.failure is null or coalesce(c.late, false),
           attempt = q.attempt + case when c.failure is null then 1 else 0 end,
           -- What was shown of the attempt before stays until this one is further.
           phase = 'collecting',
           rows_scanned = coalesce(q.rows_scanned, 0),
           first_started_at = coalesce(q.first_started_at, now()),
           started_at = now(),
           lease_expires_at =
             case when c.failure is null then now() + ${leaseMs}::float8 * interval '1 millisecond' end,
           updated_at = now()
      from claimable c
     where q.id = c.id
    returning q.state::text, q.plan, q.attempt, q.created_at as "createdAt",
              floor(extract(epoch from q.first_started_at - now()) * 1000 + ${timeoutMs}::float8)::float8
                as "remainingMs"`;
  if (row === undefined || row.state !== 'running') return null;
  const { plan, attempt, createdAt, remainingMs } = row;
  return { id, plan: parsePlan(plan), attempt, createdAt, remainingMs };
}
