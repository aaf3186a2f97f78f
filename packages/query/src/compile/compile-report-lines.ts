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
 * Compiles the statement that returns the rows of `compileReport` as lines in the plan's output
 * format: one column `line`, VARCHAR, never null, without a line end. A CSV line may contain line
 * breaks within quotes. Throws like `compileReport`.
 *
 * The report is a subquery, because names and escapes repeat parameters, which its grouping must
 * not.
 */
export function compileReportLines(boundPlan: BoundPlan, limitBound: LimitBound | null = null): SqlStatement {
  const columns = outputColumns(boundPlan);
  const { output } = boundPlan.plan;
  const builder = createSqlBuilder();
  // Expressions that a line uses several times are columns of the subquery.
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
 * Writes a row as a compact JSON object with keys in column order, like BigQuery's extract: text is
 * a string, a float is a number with a decimal point, a missing value is `null`.
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
 * Writes a row as RFC 4180 with minimal quoting. Null is an empty field, empty text is `""`. A row of
 * one null is `""` as well, because readers skip an empty line. Values
 * are never altered: a text that begins with `=`, `+`, `-` or `@` is written as it is. Spreadsheet
 * users must import columns as text.
 */
function csvLine(columns: readonly OutputColumn[], delimiter: CsvDelimiter): RawBuilder<unknown> {
  const nullField = sql.lit(columns.length === 1 ? '""' : '');
  const fields = columns.map(({ kind }, index) => {
    const text = kind === 'text' ? csvText(sql.ref(`c${index}`), delimiter) : floatOf(index);
    // `concat_ws` skips nulls together with their delimiter.
    return sql`coalesce(${text}, ${nullField})`;
  });
  return sql`concat_ws(${sql.lit(delimiter)}, ${sql.join(fields)})`;
}
