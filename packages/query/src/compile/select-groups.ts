import { type RawBuilder, sql, type SqlBool } from 'kysely';
import type { BoundPlan } from '../plan/bound-plan.ts';
import type { GroupChoice } from '../plan/plan.ts';
import { compileMetric } from './compile-metric.ts';
import { rangeLengthMs, shownExpression, type ReportColumns } from './report-columns.ts';
import type { FactsQuery } from './reported-facts.ts';

interface GroupedReport {
  readonly boundPlan: BoundPlan;
  readonly choice: GroupChoice;
  /** The facts of the report; selects nothing yet. */
  readonly facts: FactsQuery;
  readonly columns: ReportColumns;
}

/**
 * Builds the rows of the groups that the plan selects. Groups are ordered by aggregates over the
 * whole range, because an average of buckets is not the average of their facts. With a time unit,
 * the groups are therefore selected first and joined with their buckets.
 */
export function selectGroups(report: GroupedReport): FactsQuery {
  const { choice, facts, columns } = report;
  const { plan } = report.boundPlan;
  const { all, groupKeys, timeKeys } = columns;
  const shown = all.map(shownExpression);
  const [timeKey] = timeKeys;
  if (timeKey === undefined) {
    return chooseGroups(report, shown, Math.min(choice.limit, plan.limitRows ?? choice.limit));
  }
  const order = orderOf(report);
  const position = sql`row_number() over (${order.length === 0 ? sql`` : sql`order by ${sql.join(order)}`})`;
  const chosen = chooseGroups(report, [...groupKeys, position], choice.limit).as('chosen');
  const chosenPosition = sql.ref(`chosen.c${groupKeys.length}`);
  const isChosen = groupKeys.map(
    (key, index) => sql`${key} is not distinct from ${sql.ref(`chosen.c${index}`)}`,
  );
  const joined: FactsQuery = facts.innerJoin(chosen, (join) =>
    join.on(sql<SqlBool>`${sql.join([sql`true`, ...isChosen], sql` and `)}`),
  );
  const rows = selectAs(joined, shown)
    .groupBy([chosenPosition, ...groupKeys, timeKey])
    .orderBy(chosenPosition)
    .orderBy(timeKey, (time) => (choice.newestFirst ? time.desc() : time.asc()));
  return plan.limitRows === null ? rows : rows.limit(rowCount(plan.limitRows));
}

/** Builds one row per group, ordered and limited. */
function chooseGroups(
  report: GroupedReport,
  selected: readonly RawBuilder<unknown>[],
  limit: number,
): FactsQuery {
  const { groupKeys } = report.columns;
  const all = selectAs(report.facts, selected);
  // Without dimensions all facts are one group; no facts are no group.
  const grouped =
    groupKeys.length === 0 ? all.having(sql<boolean>`count(*) > 0`) : all.groupBy([...groupKeys]);
  return orderOf(report)
    .reduce((sorted, term) => sorted.orderBy(term), grouped)
    .limit(rowCount(limit))
    .offset(rowCount(report.choice.offset));
}

/** Orders by the exact aggregates, not by their shown form, then by the dimensions. */
function orderOf({ boundPlan, choice, columns }: GroupedReport): readonly RawBuilder<unknown>[] {
  const { plan, dataset, readsPartials = false } = boundPlan;
  const direction = sql.raw(choice.descending ? 'desc' : 'asc');
  const context = { dataset, lengthMs: rangeLengthMs(plan), perFact: false, plan, readsPartials };
  const sorted = choice.sortBy.map((index) => {
    const metric = plan.metrics[index];
    if (metric === undefined) throw new Error(`the plan sorts by metric ${index}, which does not exist`);
    return sql`${compileMetric(metric, context)} ${direction} nulls last`;
  });
  return [...sorted, ...columns.sortKeys.map((key) => sql`${key} asc nulls last`)];
}

function selectAs(query: FactsQuery, columns: readonly RawBuilder<unknown>[]): FactsQuery {
  return query.select(columns.map((column, index) => column.as(`c${index}`)));
}

function rowCount(rows: number): RawBuilder<number> {
  return sql<number>`cast(${rows} as bigint)`;
}
