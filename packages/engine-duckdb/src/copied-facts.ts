import path from 'node:path';
import { structValue, type DuckDBConnection } from '@duckdb/node-api';
import type { FactRowColumns } from '@hourglass/query';
import { copiedType } from './duckdb-types.ts';

/**
 * Nothing is guessed from the file. PostgreSQL writes null as an empty field and empty text as `""`, which
 * `nullstr` and `allow_quoted_nulls` keep apart.
 *
 * Not in parallel: the parallel reader starts in the middle of the file and has to guess whether it is inside
 * of quotes, and clients choose what texts contain. One thread still reads faster than COPY writes.
 *
 * The longest line: a fact comes in as at most 1 MiB, of which each character may be doubled when it is a quote.
 */
export const selectCopiedFacts = `
  select * from read_csv(
    getvariable('copied_facts_path'),
    columns = getvariable('copied_facts_columns'),
    auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\\n',
    nullstr = '', allow_quoted_nulls = false, parallel = false,
    max_line_size = 4194304, buffer_size = 8388608)`;

/** What `selectCopiedFacts` reads from now on. A view takes no parameters, but it reads variables. */
export async function setCopiedFacts(
  connection: DuckDBConnection,
  csvPath: string,
  columns: FactRowColumns,
): Promise<void> {
  const types = Object.fromEntries(columns.map((column) => [column.name, copiedType(column)]));
  await connection.run('set variable copied_facts_path = $1', [path.resolve(csvPath)]);
  await connection.run('set variable copied_facts_columns = $1', [structValue(types)]);
}
