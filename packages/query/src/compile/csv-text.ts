import { type RawBuilder, sql } from 'kysely';
import type { CsvDelimiter } from '../plan/plan.ts';

/** A VARCHAR as a field of CSV: quoted only where it must be, and empty text as `""`. Null for null. */
export function csvText(text: RawBuilder<unknown>, delimiter: CsvDelimiter): RawBuilder<unknown> {
  const special = ['"', delimiter, '\n', '\r'].map(
    (character) => sql`contains(${text}, chr(${sql.lit(character.charCodeAt(0))}))`,
  );
  return sql`case
    when ${text} = '' or ${sql.join(special, sql` or `)} then concat('"', replace(${text}, '"', '""'), '"')
    else ${text} end`;
}
