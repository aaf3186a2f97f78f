import { type RawBuilder, sql, type SqlBool } from 'kysely';
import type { Dataset } from '../catalogue/dataset.ts';
import type { GroupChoice, Plan } from '../plan/plan.ts';
import { compileMetricValue } from './compile-metric.ts';
import type { ReportColumns } from './report-columns.ts';
import { count, selectFacts } from './select-facts.ts';
import { createSqlBuilder } from './sql-builder.ts';

/**
 * The rows of the groups that the plan chooses. Groups are ordered and counted by their aggregates over the whole
 * range: an average of buckets is not the average of their facts. So where there is a time unit, the groups are
 * chosen first, and the buckets of those that were are joined.
 */
export function selectGroups(plan: Plan, choice: GroupChoice, dataset: Dataset, columns: ReportColumns) {
  const { shown, groupKeys, timeKey } = columns;
  const order = orderOf(plan, choice, dataset, columns);
  const choose = (selected: readonly RawBuilder<unknown>[], limit: number) => {
    let query = selectFacts(createSqlBuilder().selectFrom('facts'), plan, dataset, selected);
    for (const key of groupKeys) query = query.groupBy(key);
    // Without dimensions there is one group, or none where there are no facts.
    if (groupKeys.length === 0) query = query.having(sql<boolean>`count(*) > 0`);
    for (const term of order) query = query.orderBy(term);
    return query.limit(count(limit)).offset(count(choice.offset));
  };
  if (timeKey === null) return choose(shown, Math.min(choice.limit, plan.limitRows ?? choice.limit));

  const place = sql`row_number() over (${order.length === 0 ? sql`` : sql`order by ${sql.join(order)}`})`;
  const chosen = groupKeys.map((_, index) => sql.ref(`chosen.c${index}`));
  const chosenPlace = sql.ref(`chosen.c${groupKeys.length}`);
  const isChosen = groupKeys.map((key, index) => sql`${key} is not distinct from ${chosen[index]}`);
  const facts = createSqlBuilder()
    .selectFrom('facts')
    .innerJoin(choose([...groupKeys, place], choice.limit).as('chosen'), (join) =>
      join.on(sql<SqlBool>`${sql.join([sql`true`, ...isChosen], sql` and `)}`),
    );
  let query = selectFacts(facts, plan, dataset, shown);
  for (const key of [chosenPlace, ...groupKeys, timeKey]) query = query.groupBy(key);
  const ordered = query
    .orderBy(chosenPlace)
    .orderBy(timeKey, (time) => (choice.newestFirst ? time.desc() : time.asc()));
  return plan.limitRows === null ? ordered : ordered.limit(count(plan.limitRows));
}

/** By the aggregates as they are, not as they are shown, then by the dimensions. */
function orderOf(
  { metrics }: Plan,
  { sortBy, descending }: GroupChoice,
  dataset: Dataset,
  { groupKeys, rangeLengthMs }: ReportColumns,
): readonly RawBuilder<unknown>[] {
  const direction = sql.raw(descending ? 'desc' : 'asc');
  const sorted = sortBy.map((index) => {
    const metric = metrics[index];
    if (metric === undefined)
      throw new Error(`the plan sorts by its metric ${index}, which it does not have`);
    return sql`${compileMetricValue(metric, dataset, rangeLengthMs)} ${direction} nulls last`;
  });
  return [...sorted, ...groupKeys.map((key) => sql`${key} asc nulls last`)];
}
