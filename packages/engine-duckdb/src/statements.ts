import type {
  DuckDBConnection,
  DuckDBMaterializedResult,
  DuckDBPreparedStatement,
  DuckDBResult,
} from '@duckdb/node-api';
import type { SqlStatement, SqlValue } from '@hourglass/query';

/** Runs a statement to its end and keeps its rows in memory. */
export function runStatement(
  connection: DuckDBConnection,
  statement: SqlStatement,
): Promise<DuckDBMaterializedResult> {
  return withPrepared(connection, statement, (prepared) => prepared.run());
}

/**
 * Starts a statement. Its rows are computed while they are fetched, unless a sort has to finish
 * first.
 */
export function startStatement(connection: DuckDBConnection, statement: SqlStatement): Promise<DuckDBResult> {
  return withPrepared(connection, statement, (prepared) => prepared.stream());
}

/**
 * Destroys the prepared statement once it has started: it owns a plan and the metadata of its
 * files, which the garbage collector does not see and would keep for thousands of statements.
 */
async function withPrepared<Result>(
  connection: DuckDBConnection,
  { sql, parameters }: SqlStatement,
  execute: (prepared: DuckDBPreparedStatement) => Promise<Result>,
): Promise<Result> {
  const prepared = await connection.prepare(sql);
  try {
    parameters.forEach((value, index) => bind(prepared, index + 1, value));
    return await execute(prepared);
  } finally {
    prepared.destroySync();
  }
}

function bind(prepared: DuckDBPreparedStatement, position: number, value: SqlValue): void {
  if (typeof value === 'string') prepared.bindVarchar(position, value);
  else if (Number.isSafeInteger(value)) prepared.bindBigInt(position, BigInt(value));
  else prepared.bindDouble(position, value);
}
