import { type RawBuilder, sql } from 'kysely';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import type { GroupChoice } from '../../plan/plan.ts';
import type { FactsQuery } from '../reported-facts.ts';
import { otherFacts } from './other-facts.ts';
import { rowColumns, type RowColumn } from './row-columns.ts';
import { rowKeys, sameKeys, type Rows } from './row-keys.ts';
import { asQuery, completeRows, havingRows, othersOf, positioned, shownColumns } from './staged-rows.ts';

/**
 * Builds the rows of the groups that the plan selects, as `selectGroups` does, for a plan with words
 * that act on rows. `having` and the order use values over the whole range.
 */
export function stagedGroups(boundPlan: BoundPlan, choice: GroupChoice): FactsQuery {
  const { plan } = boundPlan;
  const { fillGaps: _, ...wholeRange } = plan;
  const groupPlan = { ...boundPlan, plan: { ...wholeRange, timeUnit: null } };
  const ranked = rankedGroups(groupPlan, choice);
  const { offset, limit } = choice;
  const last = rowCount(offset + limit);
  const isChosen = sql`position > ${rowCount(offset)} and position <= ${last}`;
  const limitRows = plan.limitRows === null ? sql`` : sql`limit ${rowCount(plan.limitRows)}`;
  const columns = rowColumns(boundPlan);
  if (plan.timeUnit === null) {
    const chosen = positioned(sql`ranked where ${isChosen}`, columns, sql`position`);
    const others = plan.others === true ? sql`union all ${othersRow(groupPlan, columns, last)}` : sql``;
    return asQuery(sql`
      with ranked as materialized (${ranked})
      select ${sql.join(columns.map((_column, index) => sql.ref(`c${index}`)))}
        from (${chosen} ${others}) order by position nulls last ${limitRows}`);
  }
  const { dimensions } = rowKeys(groupPlan);
  const names = dimensions.map((name) => sql.ref(name));
  const time = sql.raw(choice.newestFirst ? 'desc' : 'asc');
  const buckets = sql`
    select buckets.*, chosen.position as position
      from (${completeRows(boundPlan)}) as buckets
      join (select ${sql.join([...names, sql`position, 1 as one`])} from ranked where ${isChosen}) as chosen
        on chosen.one = 1 and ${sameKeys('buckets', 'chosen', dimensions)}
     order by position, t ${time} ${limitRows}`;
  return asQuery(sql`
    with ranked as materialized (${ranked})
    select ${sql.join(shownColumns(columns))} from (${buckets})`);
}

/** The groups with their values over the whole range, numbered from 1 as `position`. */
function rankedGroups(groupPlan: BoundPlan, { sortBy, descending }: GroupChoice): Rows {
  const rows = havingRows(completeRows(groupPlan), groupPlan, rowColumns(groupPlan));
  const direction = sql.raw(descending ? 'desc' : 'asc');
  const order = [
    ...sortBy.map((index) => sql`${sql.ref(`m${index}`)} ${direction} nulls last`),
    ...rowKeys(groupPlan).dimensions.map((key) => sql`${sql.ref(key)} asc nulls last`),
  ];
  const over = order.length === 0 ? sql`` : sql`order by ${sql.join(order)}`;
  return sql`select *, cast(row_number() over (${over}) as bigint) as position from (${rows})`;
}

function othersRow(groupPlan: BoundPlan, columns: readonly RowColumn[], last: RawBuilder<unknown>): Rows {
  const others = otherFacts(groupPlan, sql`position > ${last}`);
  return positioned(sql`(${others})`, othersOf(columns), sql`cast(null as bigint)`);
}

function rowCount(rows: number): RawBuilder<unknown> {
  return sql`cast(${sql.lit(rows)} as bigint)`;
}
