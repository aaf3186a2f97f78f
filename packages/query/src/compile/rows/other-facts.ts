import { type RawBuilder, sql, type SqlBool } from 'kysely';
import type { BoundPlan } from '../../plan/bound-plan.ts';
import { reportColumns } from '../report-columns.ts';
import { reportedFacts } from '../reported-facts.ts';
import { aggregatedFacts } from './aggregated-facts.ts';
import { withoutOperationsOfParts } from './grouped-rows.ts';
import { partOf } from './whole-rows.ts';

/**
 * Selects the metrics `m0`, `m1`, … over the facts of those rows of the relation `ranked` that match
 * a condition; no row if there are none. Computed from facts, because averages, percentiles and
 * distinct counts cannot be added.
 */
export function otherFacts(boundPlan: BoundPlan, isOther: RawBuilder<SqlBool>): RawBuilder<unknown> {
  const { plan, dataset } = boundPlan;
  const aggregated = withoutOperationsOfParts(boundPlan);
  const columns = reportColumns(aggregated);
  const isSame = columns.sortKeys.map(
    (key, index) => sql`${key} is not distinct from ${sql.ref(`others.k${index}`)}`,
  );
  const others = sql<Record<string, unknown>>`(select * from ranked where ${isOther})`.as('others');
  const facts = reportedFacts(aggregated).innerJoin(others, (join) =>
    join.on(sql<SqlBool>`${sql.join([sql`true`, ...isSame], sql` and `)}`),
  );
  const values = aggregatedFacts({ boundPlan: aggregated, facts, keys: [], metrics: columns.metrics });
  const shares = plan.metrics.flatMap((metric, index) => {
    if (metric.part === undefined) return [];
    const whole = sql`(select any_value(${sql.ref(`w${index}`)}) from ranked)`;
    return [sql`${partOf(sql.ref(`m${index}`), whole, metric, dataset)} as ${sql.ref(`m${index}`)}`];
  });
  return shares.length === 0 ? values : sql`select * replace (${sql.join(shares)}) from (${values})`;
}
