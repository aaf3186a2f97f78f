import type { ExpiredQueryEvents, QueryEvents } from '@hourglass/reports';
import { servedByDatabase } from '../connection/database-errors.ts';
import { listenTo, type ListenerConnection } from '../connection/notifications.ts';
import { everyTenant } from '../connection/scope.ts';
import type { Queryable, ScopedPool } from '../connection/scoped-pool.ts';
import { sql } from '../connection/sql.ts';
import type { GatherReads } from '../request-reads/gather-reads.ts';
import { environmentEventReader, queryEventReader } from '../request-reads/query-event-readers.ts';

/** PostgreSQL notification channel of a trigger on events; the payload is the ids of environment and query. */
const queryChannel = 'hourglass_query_changed';

export function createQueryEvents(connection: ListenerConnection, reads: GatherReads): QueryEvents {
  return {
    listen: (listener) =>
      listenTo(connection, queryChannel, {
        onNotified(payload) {
          const [environmentId, queryId = ''] = payload.split(' ');
          listener.onChanged(Number(environmentId), queryId);
        },
        onListening: () => listener.onListening(),
        onLost: (error) => listener.onLost(error),
      }),
    ofQuery: queryEventReader(reads),
    ofEnvironment: environmentEventReader(reads),
  };
}

export function createExpiredQueryEvents(pool: ScopedPool): ExpiredQueryEvents {
  return {
    deleteExpiredEvents: (terms) =>
      servedByDatabase(() => deleteExpiredEvents(pool.within(everyTenant), terms)),
  };
}

async function deleteExpiredEvents(
  pool: Queryable,
  { days, limit }: { readonly days: number; readonly limit: number },
): Promise<number> {
  // Ids have about the order of times, so the oldest are found without an index of times.
  const { rowCount } = await pool.query(sql`
    delete from query_events
     where id in (select id
                    from (select id, at from query_events order by id limit ${limit}::integer) oldest
                   where at < now() - ${days}::float8 * interval '1 day')`);
  return rowCount ?? 0;
}
