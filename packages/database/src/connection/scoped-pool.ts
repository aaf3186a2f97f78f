import type { Pool, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { ProcessRoles } from './roles.ts';
import { beginWith, settingsOf, type Scope } from './scope.ts';
import { borrowConnection, type BorrowedConnection } from './borrow-connection.ts';

/** Runs statements. */
export interface Queryable {
  query<Row extends QueryResultRow>(
    statement: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult<Row>>;
}

/** A pool within a scope: each statement of `query` is a transaction of its own. */
export interface Scoped extends Queryable {
  /** Begins a transaction within the scope on a connection that the caller releases. */
  begin(begin: string, signal?: AbortSignal): Promise<BorrowedConnection>;
}

/** A pool whose statements all name the tenant whose rows they may see. */
export interface ScopedPool {
  within(scope: Scope): Scoped;
}

export interface ScopedPoolOptions {
  readonly pool: Pool;
  readonly roles: ProcessRoles | null;
}

export function createScopedPool({ pool, roles }: ScopedPoolOptions): ScopedPool {
  return {
    within(scope) {
      const settings = settingsOf(scope, roles);
      return {
        query: (statement, values) =>
          Object.keys(settings).length === 0
            ? pool.query(statement, values)
            : queryWith(pool, settings, statement, values),
        async begin(begin, signal) {
          const connection = await borrowConnection(pool, signal);
          try {
            await connection.client.query(beginWith(settings, begin));
            return connection;
          } catch (error) {
            connection.release(error);
            throw error;
          }
        },
      };
    },
  };
}

/**
 * Sends the transaction at once, where the connections of the pool are pipelined. If a setting
 * fails, so does the statement: its transaction is aborted.
 */
async function queryWith<Row extends QueryResultRow>(
  pool: Pool,
  settings: Readonly<Record<string, string>>,
  statement: string | QueryConfig,
  values: unknown[] | undefined,
): Promise<QueryResult<Row>> {
  const { client, release } = await borrowConnection(pool);
  const begun = client.query(beginWith(settings, 'begin'));
  const result = client.query<Row>(statement, values);
  const committed = client.query('commit');
  const settled = await Promise.allSettled([begun, result, committed]);
  const failed = settled.find((one) => one.status === 'rejected');
  release(failed?.reason);
  if (failed !== undefined) throw failed.reason;
  return result;
}
