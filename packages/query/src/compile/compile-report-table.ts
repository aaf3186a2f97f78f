import { type RawBuilder, sql } from 'kysely';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { notSetText, type OutputColumn, outputColumns } from '../plan/output-columns.ts';
import { reportQuery } from './compile-report.ts';
import type { Dialect } from './dialect/dialect.ts';
import { duckdbDialect } from './dialect/duckdb.ts';
import { compileStatement, createSqlBuilder, type FactsRelation } from './sql-builder.ts';
import type { SqlStatement } from './sql-statement.ts';

/** Begins the engine's error for an integer beyond 64 bits; the index of its column follows. */
export const integerOverflow = 'integer overflow of column ';

/**
 * Compiles the statement that returns the rows of `compileReport` with typed columns `c0`, `c1`, …:
 * VARCHAR, BIGINT, BOOLEAN, DOUBLE and TIMESTAMPTZ. A dimension without a value is null. It fails with
 * `integerOverflow` at an integer that BIGINT cannot hold. Throws like `compileReport`.
 */
export function compileReportTable(boundPlan: BoundPlan, dialect: Dialect = duckdbDialect): SqlStatement {
  const report = reportQuery(boundPlan).as('report');
  const typed = createSqlBuilder().selectFrom(report).select(typedColumns(boundPlan));
  return compileStatement(typed, dialect);
}

/** Compiles the statement of `compileReport` so that a Parquet file of its rows has texts and doubles only. */
export function compileShownRows(boundPlan: BoundPlan, dialect: Dialect = duckdbDialect): SqlStatement {
  const shown = outputColumns(boundPlan).map(({ kind }, index) => {
    const type = sql.raw(kind === 'float' ? 'double' : 'varchar');
    return sql`cast(${sql.ref(`c${index}`)} as ${type})`.as(`c${index}`);
  });
  const report = reportQuery(boundPlan).as('report');
  return compileStatement(createSqlBuilder().selectFrom(report).select(shown), dialect);
}

/**
 * Compiles the statement that returns the rows of `compileShownRows` in a Parquet file, in their order there
 * and with the columns of `compileReportTable`. Fails like it.
 */
export function compileShownTable(boundPlan: BoundPlan, file: string): SqlStatement {
  const shown = sql<FactsRelation>`read_parquet(${file}, file_row_number = true)`.as('shown');
  const typed = createSqlBuilder()
    .selectFrom(shown)
    .select(typedColumns(boundPlan))
    .orderBy(sql.ref('file_row_number'));
  return compileStatement(typed, duckdbDialect);
}

function typedColumns(boundPlan: BoundPlan) {
  return outputColumns(boundPlan).map((column, index) => typedValue(column, index).as(`c${index}`));
}

/**
 * Compiles the statement that returns the rows from `first` to before `endExclusive` of a table with
 * these columns, in the order in which they were inserted.
 */
export function compileTableRows(
  table: string,
  columns: readonly OutputColumn[],
  { first, endExclusive }: { readonly first: number; readonly endExclusive: number },
): SqlStatement {
  const named = columns.map(({ name }, index) => sql.ref(`c${index}`).as(name));
  const row = sql.ref('rowid');
  const query = createSqlBuilder()
    .selectFrom(table)
    .select(named)
    .where(sql<boolean>`${row} >= cast(${first} as bigint) and ${row} < cast(${endExclusive} as bigint)`)
    .orderBy(row);
  return compileStatement(query, duckdbDialect);
}

function typedValue({ kind, shows }: OutputColumn, index: number): RawBuilder<unknown> {
  const shown = sql.ref(`c${index}`);
  // As in JSON: no number is NaN, infinite or -0.
  if (kind === 'float') return sql`case when isfinite(${shown}) then ${shown} + 0 end`;
  const text = sql`nullif(${shown}, ${sql.lit(notSetText)})`;
  switch (shows) {
    case undefined:
      return text;
    case 'boolean':
      return sql`cast(${text} as boolean)`;
    case 'integer':
      return sql`case
        when try_cast(${text} as bigint) is null and ${text} is not null
          then cast(error(${sql.lit(`${integerOverflow}${index}`)}) as bigint)
        else try_cast(${text} as bigint) end`;
    case 'bucket':
    case 'timestamp':
      // Local time has its offset already. With an offset, the cast does not depend on the zone of the machine.
      return sql`cast(replace(${text}, ' UTC', '+00') as timestamptz)`;
    default:
      return shows satisfies never;
  }
}
