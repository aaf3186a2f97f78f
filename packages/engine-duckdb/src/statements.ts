import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api';
import type { SqlStatement, SqlValue } from '@hourglass/query';

/**
 * Starts a statement. Its rows are computed while they are fetched, unless a sort has to finish
 * first.
 */
export async function startStatement(
  connection: DuckDBConnection,
  statement: SqlStatement,
): Promise<DuckDBResult> {
  const prepared = await prepareStatement(connection, statement);
  return prepared.stream();
}

/** Prepares the statement and binds its parameters. */
export async function prepareStatement(
  connection: DuckDBConnection,
  { sql, parameters }: SqlStatement,
): Promise<DuckDBPreparedStatement> {
  const prepared = await connection.prepare(sql);
  parameters.forEach((value, index) => bind(prepared, index + 1, value));
  return prepared;
}

function bind(prepared: DuckDBPreparedStatement, position: number, value: SqlValue): void {
  if (typeof value === 'string') prepared.bindVarchar(position, value);
  else if (Number.isSafeInteger(value)) prepared.bindBigInt(position, BigInt(value));
  else prepared.bindDouble(position, value);
}
