import type { DuckDBConnection } from '@duckdb/node-api';
import type { SqlStatement } from '@hourglass/query';
import { prepareStatement } from './prepare-statement.ts';

/** CSV of one column without delimiter, quote and escape: a text goes into the file as it is. */
const asItIs = `format csv, header false, delimiter '', quote '', escape ''`;

/**
 * Writes the texts of a statement with one column to a file, a line end (`\n`) after each, and answers how many there
 * were. DuckDB makes them on all of its threads; what it sorted stays in order, whatever `preserve_insertion_order` says.
 * When it fails, a part of the file may be there.
 */
export async function writeLines(
  connection: DuckDBConnection,
  { sql, parameters }: SqlStatement,
  path: string,
): Promise<number> {
  const copy = `copy (${sql}) to $${parameters.length + 1} (${asItIs}, use_tmp_file false)`;
  const prepared = await prepareStatement(connection, { sql: copy, parameters: [...parameters, path] });
  const { rowsChanged } = await prepared.run();
  return rowsChanged;
}
