import { type Expression, type RawBuilder, sql } from 'kysely';
import { notSetText } from '../plan/output-columns.ts';

/** Compiles the text that stands for a stored one, which may be missing. */
export function shownText(stored: Expression<unknown>): RawBuilder<unknown> {
  return sql`coalesce(${stored}, ${sql.lit(notSetText)})`;
}
