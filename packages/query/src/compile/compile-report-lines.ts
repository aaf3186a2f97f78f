import { type RawBuilder, sql } from 'kysely';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { type OutputColumn, outputColumns } from '../plan/output-columns.ts';
import type { CsvDelimiter } from '../plan/plan.ts';
import { reportQuery } from './compile-report.ts';
import { csvText } from './csv-text.ts';
import { exponentText, floatText } from './float-text.ts';
import { javaScriptEscapes, jsonText } from './json-text.ts';
import type { LimitBound } from './limit-bound.ts';
import { createSqlBuilder, compileStatement } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';

/**
 * The statement that makes the rows of `compileReport`, in their order, as the plan's output format has them: one
 * column `line`, VARCHAR, never null, without the line's end. A line of CSV may hold line breaks inside of quotes.
 * Throws as `compileReport` does.
 *
 * The report is a sub-query, so that names and escapes stand above its grouping, in which no parameter could be repeated.
 */
export function compileReportLines(boundPlan: BoundPlan, limitBound: LimitBound | null = null): SqlStatement {
  const columns = outputColumns(boundPlan);
  const { output } = boundPlan.plan;
  const builder = createSqlBuilder();
  // What stands in several places of a line is a column of a query below it.
  const rows = builder
    .selectFrom(reportQuery(boundPlan, limitBound).as('report'))
    .selectAll()
    .select(columns.flatMap(({ kind }, index) => (kind === 'float' ? exponentOf(index) : [])))
    .as('report');
  if (output.format === 'csv') {
    const line = csvLine(columns, output.delimiter).as('line');
    return compileStatement(builder.selectFrom(rows).select(line));
  }
  const lines = builder.selectFrom(rows).select(jsonLine(columns).as('line')).as('report');
  return compileStatement(builder.selectFrom(lines).select(javaScriptEscapes(sql.ref('line')).as('line')));
}

function exponentOf(index: number) {
  return exponentText(sql.ref(`c${index}`)).as(`e${index}`);
}

function floatOf(index: number): RawBuilder<unknown> {
  return floatText(sql.ref(`c${index}`), sql.ref(`e${index}`));
}

/**
 * One compact object, keys in column order, as BigQuery's extract writes it: text is a JSON string, a float a JSON
 * number with a decimal point, missing is `null`.
 */
function jsonLine(columns: readonly OutputColumn[]): RawBuilder<unknown> {
  const members = columns.flatMap(({ name, kind }, index) => {
    const key = `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`;
    const text = kind === 'text' ? jsonText(sql.ref(`c${index}`)) : floatOf(index);
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
    const text = kind === 'text' ? csvText(sql.ref(`c${index}`), delimiter) : floatOf(index);
    // `concat_ws` would leave out a null together with its delimiter.
    return sql`coalesce(${text}, '')`;
  });
  return sql`concat_ws(${sql.lit(delimiter)}, ${sql.join(fields)})`;
}
