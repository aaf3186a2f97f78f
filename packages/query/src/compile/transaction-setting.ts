import { type RawBuilder, sql } from 'kysely';

/**
 * A value that the statement reads from the transaction's settings, as COPY takes no parameters. `current_setting` is
 * stable: PostgreSQL reads it once when the statement starts, and plans with its value.
 */
export function transactionSetting<Value>(
  name: string,
  type: 'integer' | 'bigint' | 'text' | 'timestamptz' | 'bigint[]' | 'text[]',
): RawBuilder<Value> {
  return sql<Value>`current_setting(${sql.lit(name)})::${sql.raw(type)}`;
}
