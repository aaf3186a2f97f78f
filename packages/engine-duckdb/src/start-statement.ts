import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api';
import type { SqlStatement } from '@hourglass/query';
import { prepareStatement } from './prepare-statement.ts';

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
