import type { Pool, QueryConfig, QueryResult, QueryResultRow } from 'pg';
import type { ProcessRoles } from './roles.ts';
import { beginWith, settingsOf, type Scope, type Settings } from './scope.ts';
import { queryWithSettings, type PreparedConnections, type SettingsOfQuery } from './scoped-query.ts';
import { borrowConnection } from './borrow-connection.ts';
import { inTransaction, type TransactionSource } from './transaction.ts';

/** Runs statements. */
export interface Queryable {
  query<Row extends QueryResultRow>(
    statement: string | QueryConfig,
    values?: unknown[],
  ): Promise<QueryResult<Row>>;
}

/** A pool within a scope: each statement of `query` is a transaction of its own. */
export interface Scoped extends Queryable, TransactionSource {}

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
  const prepared: PreparedConnections = new WeakSet();
  return {
    within(scope) {
      const settings = settingsOf(scope, roles);
      const source = transactionSource(pool, settings);
      return {
        ...source,
        query(statement, values) {
          if (Object.keys(settings).length === 0) return pool.query(statement, values);
          return isPipelined
            ? queryAtOnce(pool, { settings, prepared }, statement, values)
            : inTransaction(source, (client) => client.query(statement, values));
        },
      };
    },
  };
}

function transactionSource(pool: Pool, settings: Settings): TransactionSource {
  return {
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
}

/** A transaction that failed leaves no connection behind. */
async function queryAtOnce<Row extends QueryResultRow>(
  pool: Pool,
  settings: SettingsOfQuery,
  statement: string | QueryConfig,
  values: unknown[] | undefined,
): Promise<QueryResult<Row>> {
  const { client, release } = await borrowConnection(pool);
  try {
    const result = await queryWithSettings<Row>(client, settings, statement, values);
    release();
    return result;
  } catch (error) {
    release(error);
    throw error;
  }
}
