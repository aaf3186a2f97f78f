import { type RawBuilder, sql } from 'kysely';
import { formulaPattern } from '../plan/formula-guard.ts';
import type { CsvDelimiter } from '../plan/plan.ts';

/**
 * Writes a VARCHAR as a CSV field: quoted only if necessary, empty text as `""`. Null stays null.
 */
export function csvText(text: RawBuilder<unknown>, delimiter: CsvDelimiter): RawBuilder<unknown> {
  const special = ['"', delimiter, '\n', '\r'].map(
    (character) => sql`contains(${text}, chr(${sql.lit(character.charCodeAt(0))}))`,
  );
  return sql`case
    when ${text} = '' or ${sql.join(special, sql` or `)} then concat('"', replace(${text}, '"', '""'), '"')
    else ${text} end`;
}

/** Does the same as `guardFormula`, for a VARCHAR. Null stays null. */
export function guardedText(text: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`case when regexp_matches(${text}, ${sql.lit(formulaPattern)}) then concat('''', ${text}) else ${text} end`;
}
