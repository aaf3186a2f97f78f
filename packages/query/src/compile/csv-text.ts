import { type RawBuilder, sql } from 'kysely';
import { formulaPattern } from '../plan/formula-guard.ts';
import { inDialect } from './dialect/dialect.ts';
import type { CsvDelimiter } from '../plan/plan.ts';

/**
 * Writes a VARCHAR as a CSV field: quoted only if necessary, empty text as `""`. Null stays null.
 */
export function csvText(text: RawBuilder<unknown>, delimiter: CsvDelimiter): RawBuilder<unknown> {
  const special = ['"', delimiter, '\n', '\r'].map((character) =>
    inDialect((dialect) => dialect.contains(text, character)),
  );
  return sql`case
    when ${text} = '' or ${sql.join(special, sql` or `)} then concat('"', replace(${text}, '"', '""'), '"')
    else ${text} end`;
}

/** Does the same as `guardFormula`, for a VARCHAR. Null stays null. */
export function guardedText(text: RawBuilder<unknown>): RawBuilder<unknown> {
  const isFormula = inDialect((dialect) => dialect.findsPattern(text, formulaPattern));
  return sql`case when ${isFormula} then concat('''', ${text}) else ${text} end`;
}
