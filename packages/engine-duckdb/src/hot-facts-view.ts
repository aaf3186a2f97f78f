import path from 'node:path';
import { structValue, type DuckDBConnection } from '@duckdb/node-api';
import { hotFactsColumns, type Catalogue, type ColumnType, type Plan } from '@hourglass/query';

/** As `compileReport` expects the columns of `facts`. */
const duckDbTypes: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  decimal: 'DECIMAL(24,6)',
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMP',
};

/**
 * Nothing is guessed from the file. PostgreSQL writes null as an empty field and empty text as `""`, which
 * `nullstr` and `allow_quoted_nulls` keep apart.
 *
 * Not in parallel: the parallel reader starts in the middle of the file and has to guess whether it is inside
 * of quotes, and clients choose what texts contain. One thread still reads faster than COPY writes.
 *
 * The longest line: a fact comes in as at most 1 MiB, of which each character may be doubled when it is a quote.
 */
const viewSql = `
  create view facts as
  select * from read_csv(
    getvariable('hot_facts_path'),
    columns = getvariable('hot_facts_columns'),
    auto_detect = false, header = true, delim = ',', quote = '"', escape = '"', new_line = '\\n',
    nullstr = '', allow_quoted_nulls = false, parallel = false,
    max_line_size = 4194304, buffer_size = 8388608)`;

/** Makes the relation `facts` that the compiled report reads, over the copied hot facts. */
export async function createHotFactsView(
  connection: DuckDBConnection,
  hotFactsPath: string,
  plan: Plan,
  catalogue: Catalogue,
): Promise<void> {
  const columns = hotFactsColumns(plan, catalogue).map(({ name, type }) => [
    name,
    name === 'environment_id' ? 'INTEGER' : duckDbTypes[type],
  ]);
  // A view takes no parameters, but it reads variables when it is made and when it is used.
  await connection.run('set variable hot_facts_path = $1', [path.resolve(hotFactsPath)]);
  await connection.run('set variable hot_facts_columns = $1', [structValue(Object.fromEntries(columns))]);
  await connection.run(viewSql);
}
