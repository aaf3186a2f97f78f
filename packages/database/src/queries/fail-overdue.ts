import { failureReason, type ClaimTerms } from '@hourglass/reports';
import type { Queryable } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';
import { isExhausted, isLate, isUnowned } from './claimable-queries.ts';

/**
 * A worker ends its query at the deadline; a query that is still running this long after it never
 * ends by itself.
 */
const graceMs = 10_000;

/**
 * Fails the queries that no worker will finish: unowned ones without attempts or time left, and
 * running ones well past their deadline. Returns their number.
 */
export async function failOverdue(pool: Queryable, terms: ClaimTerms): Promise<number> {
  const { maxAttempts, timeoutMs } = terms;
  const { rowCount } = await pool.query(sql`
    with overdue as (
      select q.id,
             case when ${isLate(terms, 0)} then ${failureReason('outOfTime', { seconds: timeoutMs / 1000 })}
                  else ${failureReason('neverFinished', { attempts: maxAttempts })}
             end as failure,
             ${isLate(terms, 0)} as late
        from queries q
       -- The index of active queries needs the condition on the state.
       where q.state in ('enqueued', 'running')
         and (${isUnowned} and (${isExhausted(terms)} or ${isLate(terms, 0)})
              or q.state = 'running' and ${isLate(terms, graceMs)})
         for update
    )
    update queries
       set state = 'failed', failure = overdue.failure, lease_expires_at = null, updated_at = now(),
           -- Attempts that never end are the service's fault, so the submission does not count; a late query's does.
           counted = queries.counted and overdue.late
      from overdue
     where queries.id = overdue.id`);
  return rowCount ?? 0;
}
