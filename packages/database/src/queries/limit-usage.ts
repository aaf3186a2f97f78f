import type { LimitUsage } from '@hourglass/reports';
import { Prisma } from '../generated/client.ts';

/** A row of the CTE `usage`. */
export interface UsageRow {
  readonly key: string;
  readonly queriesPerHour: number;
  readonly activeQueries: number;
  readonly submitted: number;
  readonly active: number;
  /** Null: nothing was submitted within the hour. */
  readonly secondsToReset: number | null;
}

const hourSeconds = 3600;

/**
 * CTEs that end with `usage`, one row for each one of `tenants`, which selects key, id, "queriesPerHour" and
 * "activeQueries" of environments. The hour is the one before the statement and not before its transaction, which
 * may have waited for a lock.
 *
 * A place becomes free when the oldest submission leaves the hour; when the limit is reached, and perhaps was
 * lowered since, when as many have left that one less than the limit remain.
 */
export function usageOf(tenants: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    tenant as (${tenants}),
    usage as (
      select t.key, t."queriesPerHour", t."activeQueries", hour.submitted,
             (select count(*)::integer from queries q
               where q.environment_id = t.id and q.state in ('enqueued', 'running')) as active,
             ceil(extract(epoch from interval '1 hour' - (statement_timestamp() -
               case when hour.submitted > t."queriesPerHour"
                 then (select q.created_at from queries q
                        where q.environment_id = t.id and q.counted
                        order by q.created_at desc
                       offset t."queriesPerHour" - 1 limit 1)
                 else hour.oldest
               end)))::integer as "secondsToReset"
        from tenant t
       cross join lateral (
         select count(*)::integer as submitted, min(q.created_at) as oldest
           from queries q
          where q.environment_id = t.id and q.counted
            and q.created_at > statement_timestamp() - interval '1 hour'
       ) hour
    )`;
}

export function limitUsage(row: UsageRow): LimitUsage {
  const { queriesPerHour, activeQueries, submitted, active, secondsToReset } = row;
  return {
    limits: { queriesPerHour, activeQueries },
    submittedInHour: submitted,
    active,
    secondsToReset: secondsToReset ?? hourSeconds,
  };
}
