import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import type { SqlStatement } from '@hourglass/query';
import { prepareStatement } from './prepare-statement.ts';

/** Starts a statement whose rows are computed while they are fetched, as far as it has no sort to finish. */
export async function startStatement(
  connection: DuckDBConnection,
  statement: SqlStatement,
): Promise<DuckDBResult> {
  const prepared = await prepareStatement(connection, statement);
  return prepared.stream();
}
