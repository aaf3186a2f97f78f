import path from 'node:path';
import { structValue, type DuckDBConnection } from '@duckdb/node-api';
import type { FactRowColumns } from '@hourglass/query';
import { copiedType } from './duckdb-types.ts';

/**
 * Selects the copied hot facts. All options are explicit, nothing is detected from the file.
 * PostgreSQL writes null as an empty field and empty text as `""`; `nullstr` and
 * `allow_quoted_nulls` distinguish them.
 *
 * The reader is not parallel: a parallel reader starts in the middle of the file and guesses
 * whether it is inside quotes, while clients choose the contents of texts. One thread still reads
 * faster than `COPY` writes.
 *
 * `max_line_size` allows for a fact of 1 MiB in which every character is a quote and therefore
 * doubled.
 */
export const selectCopiedFacts = `
  select * from read_csv(
    getvariable('copied_facts_path'),
    columns = getvariable('copied_facts_columns'),
    auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\\n',
    nullstr = '', allow_quoted_nulls = false, parallel = false,
    max_line_size = 4194304, buffer_size = 8388608)`;

/**
 * Sets the file that `selectCopiedFacts` reads, in variables, because a view takes no parameters.
 */
export async function setCopiedFacts(
  connection: DuckDBConnection,
  csvPath: string,
  columns: FactRowColumns,
): Promise<void> {
  const types = Object.fromEntries(columns.map((column) => [column.name, copiedType(column)]));
  await connection.run('set variable copied_facts_path = $1', [path.resolve(csvPath)]);
  await connection.run('set variable copied_facts_columns = $1', [structValue(types)]);
}
