import { type RawBuilder, sql } from 'kysely';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { type OutputColumn, outputColumns } from '../plan/output-columns.ts';
import { maxSheetRows, type CsvOutput, type OutputFormat } from '../plan/plan.ts';
import { reportQuery } from './compile-report.ts';
import { csvText, guardedText } from './csv-text.ts';
import { type Dialect, inDialect } from './dialect/dialect.ts';
import { duckdbDialect } from './dialect/duckdb.ts';
import { createSqlBuilder, compileStatement } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';

/**
 * Compiles the statement that returns the rows of `compileReport` as lines in the plan's output
 * format: one column `line`, VARCHAR, never null, without a line end. A CSV line may contain line
 * breaks within quotes. For xlsx a line is a JSON array, and there is at most one more than a sheet has
 * rows. Throws like `compileReport`.
 *
 * The report is a subquery, because names and escapes repeat parameters, which its grouping must
 * not.
 */
export function compileReportLines(boundPlan: BoundPlan, dialect: Dialect = duckdbDialect): SqlStatement {
  const columns = outputColumns(boundPlan);
  const { output } = boundPlan.plan;
  const builder = createSqlBuilder();
  // Expressions that a line uses several times are columns of the subquery.
  const rows = builder
    .selectFrom(reportQuery(boundPlan).as('report'))
    .selectAll()
    .select(columns.flatMap((column, index) => repeatedExpression(column, index, output)))
    .as('report');
  if (output.format === 'csv') {
    const line = csvLine(columns, output).as('line');
    return compileStatement(builder.selectFrom(rows).select(line), dialect);
  }
  const line = output.format === 'xlsx' ? arrayLine(columns) : jsonLine(columns);
  const lines = builder.selectFrom(rows).select(line.as('line')).as('report');
  const javaScript = inDialect((writer) => writer.javaScriptEscapes(sql.ref('line')));
  const escaped = builder.selectFrom(lines).select(javaScript.as('line'));
  // One more row than fits is enough to fail.
  const sheetLimit = sql<number>`cast(${maxSheetRows + 1} as bigint)`;
  return compileStatement(output.format === 'xlsx' ? escaped.limit(sheetLimit) : escaped, dialect);
}

function repeatedExpression(column: OutputColumn, index: number, output: OutputFormat) {
  const value = sql.ref(`c${index}`);
  if (column.kind === 'float') return inDialect((dialect) => dialect.preparedFloat(value)).as(`e${index}`);
  return isGuarded(column, output) ? guardedText(value).as(guardedName(index)) : [];
}

/**
 * Writes a DOUBLE for both output formats: the shortest digits that read back as the same number, in
 * JavaScript's notation, and always with a decimal point, so that it cannot be taken for an integer:
 * 149995 is `149995.0`, 1e21 is `1.0e21`, -0 is `0.0`. Null, NaN and Infinity, which JSON cannot
 * represent, are null.
 */
function floatOf(index: number): RawBuilder<unknown> {
  return inDialect((dialect) => dialect.floatOutput(sql.ref(`c${index}`), sql.ref(`e${index}`)));
}

/** Writes a row as a JSON array of the values that a JSON object would have. */
function arrayLine(columns: readonly OutputColumn[]): RawBuilder<unknown> {
  const cells = columns.map((column, index) => sql`coalesce(${jsonValue(column, index)}, 'null')`);
  return sql`concat('[', concat_ws(',', ${sql.join(cells)}), ']')`;
}

function jsonValue({ kind }: OutputColumn, index: number): RawBuilder<unknown> {
  return kind === 'text' ? inDialect((dialect) => dialect.jsonText(sql.ref(`c${index}`))) : floatOf(index);
}

/**
 * Writes a row as a compact JSON object with keys in column order, like BigQuery's extract: text is
 * a string, a float is a number with a decimal point, a missing value is `null`.
 */
function jsonLine(columns: readonly OutputColumn[]): RawBuilder<unknown> {
  const members = columns.flatMap((column, index) => {
    const key = `${index === 0 ? '{' : ','}${JSON.stringify(column.name)}:`;
    return [sql`cast(${key} as varchar)`, sql`coalesce(${jsonValue(column, index)}, 'null')`];
  });
  return sql`concat(${sql.join([...members, sql.lit('}')])})`;
}

/**
 * Writes a row as RFC 4180 with minimal quoting. Null is an empty field, empty text is `""`. A row of
 * one null is `""` as well, because readers skip an empty line. Values are never altered unless the
 * output is safe: a text that begins with `=`, `+`, `-` or `@` is written as it is.
 */
function csvLine(columns: readonly OutputColumn[], output: CsvOutput): RawBuilder<unknown> {
  const { delimiter } = output;
  const nullField = sql.lit(columns.length === 1 ? '""' : '');
  const fields = columns.map((column, index) => {
    const shown = sql.ref(isGuarded(column, output) ? guardedName(index) : `c${index}`);
    const text = column.kind === 'text' ? csvText(shown, delimiter) : floatOf(index);
    // `concat_ws` skips nulls together with their delimiter.
    return sql`coalesce(${text}, ${nullField})`;
  });
  return sql`concat_ws(${sql.lit(delimiter)}, ${sql.join(fields)})`;
}

/** Numbers, times and booleans are no formulas, whatever they begin with. */
function isGuarded({ kind, shows }: OutputColumn, output: OutputFormat): boolean {
  return output.format === 'csv' && output.safe === true && kind === 'text' && shows === undefined;
}

function guardedName(index: number): string {
  return `s${index}`;
}
