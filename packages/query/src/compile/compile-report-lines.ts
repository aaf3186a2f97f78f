import { type RawBuilder, sql } from 'kysely';
import type { Catalogue } from '../catalogue/dataset.ts';
import { type OutputColumn, outputColumns } from '../plan/output-columns.ts';
import type { CsvDelimiter, Plan } from '../plan/plan.ts';
import { reportQuery } from './compile-report.ts';
import { csvText } from './csv-text.ts';
import { floatText } from './float-text.ts';
import { fastJsonText, jsonText, mayDiffer } from './json-text.ts';
import type { LimitBound } from './limit-bound.ts';
import { createSqlBuilder, statementOf } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';

/**
 * The statement that makes the rows of `compileReport`, in their order, as the plan's output format has them: one
 * column `line`, VARCHAR, never null, without the line's end. A line of CSV may hold line breaks inside of quotes.
 * Throws as `compileReport` does.
 *
 * The report is a sub-query, so that names and escapes stand above its grouping, in which no parameter could be repeated.
 */
export function compileReportLines(
  plan: Plan,
  catalogue: Catalogue,
  bound: LimitBound | null = null,
): SqlStatement {
  const columns = outputColumns(plan, catalogue);
  const report = reportQuery(plan, catalogue, bound).as('report');
  const builder = createSqlBuilder();
  if (plan.output.format === 'csv') {
    const line = csvLine(columns, plan.output.delimiter).as('line');
    return statementOf(builder.selectFrom(report).select(line));
  }
  // Whether a line needs the slow way is seen once it was made the fast way.
  const fast = builder
    .selectFrom(report)
    .selectAll()
    .select(jsonLine(columns, fastJsonText).as('line'))
    .as('report');
  const line = sql.ref('line');
  const exact = sql`case when ${mayDiffer(line)} then ${jsonLine(columns, jsonText)} else ${line} end`;
  return statementOf(builder.selectFrom(fast).select(exact.as('line')));
}

/**
 * One compact object, keys in column order, as BigQuery's extract writes it: text is a JSON string, a float a JSON
 * number with a decimal point, missing is `null`.
 */
function jsonLine(columns: readonly OutputColumn[], asJson: typeof jsonText): RawBuilder<unknown> {
  const members = columns.flatMap(({ name, kind }, index) => {
    const key = `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`;
    const value = sql.ref(`c${index}`);
    const text = kind === 'text' ? asJson(value) : floatText(value);
    return [sql`cast(${key} as varchar)`, sql`coalesce(${text}, 'null')`];
  });
  return sql`concat(${sql.join([...members, sql.lit('}')])})`;
}

/**
 * RFC 4180 with minimal quoting. Values are never altered: a text that begins with `=`, `+`, `-` or `@` is written
 * as it is. Null is nothing, empty text is `""`. Whoever opens the file in a spreadsheet has to import it as text, because a changed value would be wrong
 * for everyone else.
 */
function csvLine(columns: readonly OutputColumn[], delimiter: CsvDelimiter): RawBuilder<unknown> {
  const fields = columns.map(({ kind }, index) => {
    const value = sql.ref(`c${index}`);
    const text = kind === 'text' ? csvText(value, delimiter) : floatText(value);
    // `concat_ws` would leave out a null together with its delimiter.
    return sql`coalesce(${text}, '')`;
  });
  return sql`concat_ws(${sql.lit(delimiter)}, ${sql.join(fields)})`;
}
