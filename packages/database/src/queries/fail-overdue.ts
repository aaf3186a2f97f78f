import { failureReason, type ClaimTerms } from '@hourglass/reports';
import type { PrismaClient } from '../generated/client.ts';
import { isExhausted, isFree, isLate } from './waiting-queries.ts';

/** A worker ends its query at the deadline itself; one that has not done so for so long never will. */
const graceMs = 10_000;

/**
 * Ends what no worker will: queries that nobody has and that have no attempt or no time left, and running ones that are
 * well past their deadline. Answers how many.
 */
export function failOverdue(prisma: PrismaClient, terms: ClaimTerms): Promise<number> {
  const { maxAttempts, timeoutMs } = terms;
  return prisma.$executeRaw`
    with overdue as (
      select q.id,
             case when ${isLate(terms, 0)} then ${failureReason('outOfTime', { seconds: timeoutMs / 1000 })}
                  else ${failureReason('neverFinished', { attempts: maxAttempts })}
             end as failure,
             ${isLate(terms, 0)} as late
        from queries q
       where (${isFree} and (${isExhausted(terms)} or ${isLate(terms, 0)}))
          or (q.state = 'running' and ${isLate(terms, graceMs)})
         for update
    )
    update queries
       set state = 'failed', failure = overdue.failure, lease_expires_at = null, updated_at = now(),
           -- Attempts that never ended are a fault of ours, and the submission is given back; a late query is not.
           counted = overdue.late
      from overdue
     where queries.id = overdue.id`;
}
