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
  /** Whether the connections of the pool are pipelined. */
  readonly isPipelined: boolean;
}

export function createScopedPool({ pool, roles, isPipelined }: ScopedPoolOptions): ScopedPool {
  const queryWith = isPipelined ? queryAtOnce : queryInSteps;
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

type QueryWith = <Row extends QueryResultRow>(
  pool: Pool,
  settings: Readonly<Record<string, string>>,
  statement: string | QueryConfig,
  values: unknown[] | undefined,
) => Promise<QueryResult<Row>>;

/**
 * Sends the transaction at once, so that it takes one round trip. If a setting fails, so does the
 * statement: its transaction is aborted.
 */
const queryAtOnce: QueryWith = async <Row extends QueryResultRow>(
  ...[pool, settings, statement, values]: Parameters<QueryWith>
) => {
  const { client, release } = await borrowConnection(pool);
  const begun = client.query(beginWith(settings, 'begin'));
  const result = client.query<Row>(statement, values);
  const committed = client.query('commit');
  const settled = await Promise.allSettled([begun, result, committed]);
  const failed = settled.find((one) => one.status === 'rejected');
  release(failed?.reason);
  if (failed !== undefined) throw failed.reason;
  return result;
};

/** For connections that take one statement at a time. */
const queryInSteps: QueryWith = async <Row extends QueryResultRow>(
  ...[pool, settings, statement, values]: Parameters<QueryWith>
) => {
  const { client, release } = await borrowConnection(pool);
  try {
    await client.query(beginWith(settings, 'begin'));
    const result = await client.query<Row>(statement, values);
    await client.query('commit');
    release();
    return result;
  } catch (error) {
    release(error);
    throw error;
  }
};
