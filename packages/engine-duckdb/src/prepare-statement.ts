import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import type { SqlStatement, SqlValue } from '@hourglass/query';

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
