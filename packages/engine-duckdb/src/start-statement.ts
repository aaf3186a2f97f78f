import type { DuckDBConnection, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api';
import type { SqlStatement, SqlValue } from '@hourglass/query';

/** Starts a statement whose rows are computed while they are fetched, as far as it has no sort to finish. */
export async function startStatement(
  connection: DuckDBConnection,
  { sql, parameters }: SqlStatement,
): Promise<DuckDBResult> {
  const prepared = await connection.prepare(sql);
  parameters.forEach((value, index) => bind(prepared, index + 1, value));
  return prepared.stream();
}

function bind(prepared: DuckDBPreparedStatement, position: number, value: SqlValue): void {
  if (typeof value === 'string') prepared.bindVarchar(position, value);
  else if (Number.isSafeInteger(value)) prepared.bindBigInt(position, BigInt(value));
  else prepared.bindDouble(position, value);
}
