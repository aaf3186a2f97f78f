import { type RawBuilder, sql } from 'kysely';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import { compileCondition } from '../compile-filter.ts';
import type { FactsQuery } from '../reported-facts.ts';
import { createSqlBuilder, type FactsRelation } from '../sql-builder.ts';
import { comparedRows } from './compared-rows.ts';
import { filledRows } from './filled-rows.ts';
import { groupedRows } from './grouped-rows.ts';
import { rowKeys, type Rows } from './row-keys.ts';
import { otherFacts } from './other-facts.ts';
import { rowColumns, type RowColumn } from './row-columns.ts';
import { wholeRows } from './whole-rows.ts';

/**
 * Builds a report whose rows depend on one another or on their own values, in stages: group, compare
 * with another range, fill gaps, divide by the whole, filter by `having`, order, limit, show.
 * Columns are those of `compileReport`.
 */
export function stagedRows(boundPlan: BoundPlan): FactsQuery {
  const { plan } = boundPlan;
  const columns = rowColumns(boundPlan);
  const rows = havingRows(completeRows(boundPlan), boundPlan, columns);
  const order = sql.join(orderOf(boundPlan, columns));
  if (plan.others === true && plan.limitRows !== null)
    return asQuery(withOthers(rows, { boundPlan, columns, order, limitRows: plan.limitRows }));
  const limit = plan.limitRows === null ? sql`` : sql`limit cast(${plan.limitRows} as bigint)`;
  const ordered = sql`select * from (${rows}) order by ${order} ${limit}`;
  return asQuery(sql`select ${sql.join(shownColumns(columns))} from (${ordered})`);
}

/** All rows before `having`, with all their values. */
export function completeRows(boundPlan: BoundPlan): Rows {
  const { comparedRange, fillGaps } = boundPlan.plan;
  const grouped =
    comparedRange === undefined ? groupedRows(boundPlan) : comparedRows(boundPlan, comparedRange);
  return wholeRows(fillGaps === true ? filledRows(grouped, boundPlan) : grouped, boundPlan);
}

export function havingRows(rows: Rows, { plan }: BoundPlan, columns: readonly RowColumn[]): Rows {
  if (plan.having === undefined) return rows;
  const condition = compileCondition(plan.having, (name) => {
    const column = columns.find((candidate) => candidate.name === name);
    if (column === undefined) throw new Error(`the report has no column "${name}"`);
    const { value, type, show } = column;
    // As shown, so that rows are selected by what readers see.
    const operand = value === null ? show(sql`null`) : type === 'float' ? show(value) : value;
    return { operand, type };
  });
  return sql`select * from (${rows}) where ${condition}`;
}

/** The requested order, then the usual one: by time, then by the dimensions. */
function orderOf(boundPlan: BoundPlan, columns: readonly RowColumn[]): readonly RawBuilder<unknown>[] {
  const requested = (boundPlan.plan.orderBy ?? []).flatMap(({ column: name, descending }) => {
    const value = columns.find((column) => column.name === name)?.value ?? null;
    return value === null ? [] : [sql`${value} ${sql.raw(descending ? 'desc' : 'asc')} nulls last`];
  });
  const { time, dimensions } = rowKeys(boundPlan);
  const usual = [...time, ...dimensions].map((key) => sql`${sql.ref(key)} asc nulls last`);
  const order = [...requested, ...usual];
  return order.length === 0 ? [sql`true`] : order;
}

interface LimitedReport {
  readonly boundPlan: BoundPlan;
  readonly columns: readonly RowColumn[];
  readonly order: RawBuilder<unknown>;
  readonly limitRows: number;
}

/** The first rows, and one row over the facts of all others. */
function withOthers(
  rows: Rows,
  { boundPlan, columns, order, limitRows }: LimitedReport,
): RawBuilder<unknown> {
  const limit = sql`cast(${sql.lit(limitRows)} as bigint)`;
  const others = otherFacts(boundPlan, sql`position > ${limit}`);
  const names = columns.map((_, index) => sql.ref(`c${index}`));
  return sql`
    with ranked as materialized (select *, cast(row_number() over (order by ${order}) as bigint) as position from (${rows}))
    select ${sql.join(names)}
      from (${positioned(sql`ranked where position <= ${limit}`, columns, sql`position`)}
             union all ${positioned(sql`(${others})`, othersOf(columns), sql`cast(null as bigint)`)})
     order by position nulls last`;
}

/** The columns of the row of the others. */
export function othersOf(columns: readonly RowColumn[]): readonly RowColumn[] {
  return columns.map((column) =>
    column.isDimension && column.value !== null ? { ...column, show: () => sql`'(others)'` } : column,
  );
}

/** Selects shown columns and the position of the row. */
export function positioned(
  relation: RawBuilder<unknown>,
  columns: readonly RowColumn[],
  position: RawBuilder<unknown>,
): RawBuilder<unknown> {
  return sql`select ${sql.join([...shownColumns(columns), sql`${position} as position`])} from ${relation}`;
}

export function shownColumns(columns: readonly RowColumn[]): readonly RawBuilder<unknown>[] {
  return columns.map(({ value, show }, index) => sql`${show(value ?? sql`null`)} as ${sql.ref(`c${index}`)}`);
}

export function asQuery(rows: RawBuilder<unknown>): FactsQuery {
  return createSqlBuilder()
    .selectFrom(sql<FactsRelation>`(${rows})`.as('facts'))
    .selectAll();
}
