import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlStatement } from '@hourglass/query';
import { runStatement } from './statements.ts';

/** CSV of one column without delimiter, quote and escape writes texts unchanged. */
const unchangedText = `format csv, header false, delimiter '', quote '', escape ''`;

/**
 * Writes the texts of a statement with one column to a file, each followed by `\n`, and returns
 * their number. DuckDB uses all its threads; sorted rows stay in order regardless of
 * `preserve_insertion_order`. After an error the file may be incomplete.
 */
export async function writeLines(
  connection: DuckDBConnection,
  { sql, parameters }: SqlStatement,
  path: string,
): Promise<number> {
  const copy = `copy (${sql}) to $${parameters.length + 1} (${unchangedText}, use_tmp_file false)`;
  const { rowsChanged } = await runStatement(connection, { sql: copy, parameters: [...parameters, path] });
  return rowsChanged;
}
