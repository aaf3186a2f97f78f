import { type RawBuilder, sql } from 'kysely';

/**
 * Reads a value from the transaction's settings, because COPY takes no parameters.
 * `current_setting` is stable: PostgreSQL evaluates it once and plans the statement with its value.
 */
export function transactionSetting<Value>(
  name: string,
  type: 'integer' | 'bigint' | 'text' | 'timestamptz' | 'bigint[]' | 'text[]',
): RawBuilder<Value> {
  return sql<Value>`current_setting(${sql.lit(name)})::${sql.raw(type)}`;
}
