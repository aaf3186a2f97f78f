import type { BoundPlan } from '../../plan/bound-plan.ts';
import { reportColumns } from '../report-columns.ts';
import { reportedFacts } from '../reported-facts.ts';
import { aggregatedFacts } from './aggregated-facts.ts';
import type { Rows } from './row-keys.ts';

/**
 * Selects one row for each group of the facts of the plan's range, and a column `has_facts`, true.
 * A metric that is a part of a whole comes without its operation, which follows the division.
 */
export function groupedRows(boundPlan: BoundPlan): Rows {
  const aggregated = withoutOperationsOfParts(boundPlan);
  const { metrics, groupKeys, sortKeys, timeKeys } = reportColumns(aggregated);
  return aggregatedFacts({
    boundPlan: aggregated,
    facts: reportedFacts(aggregated),
    keys: [
      ...groupKeys.map((key, index) => ({ name: `k${index}`, key, sortKey: sortKeys[index] ?? key })),
      ...timeKeys.map((key) => ({ name: 't', key, sortKey: key })),
    ],
    metrics,
  });
}

/** The operation of a part follows its division by the whole. */
export function withoutOperationsOfParts(boundPlan: BoundPlan): BoundPlan {
  const { plan } = boundPlan;
  const metrics = plan.metrics.map(({ operation, ...metric }) =>
    operation === undefined || metric.part !== undefined ? metric : { ...metric, operation },
  );
  return { ...boundPlan, plan: { ...plan, metrics } };
}
