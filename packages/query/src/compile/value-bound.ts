import { resolveMetricSource } from '../catalogue/look-up.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import { outputColumns } from '../plan/output-columns.ts';
import type { PlannedMetric } from '../plan/plan.ts';
import { reportColumns } from './report-columns.ts';

/**
 * The order of a report whose first rows are those with the greatest values of a metric, or the least, where the metric
 * of a row lies between the least and the greatest value of its facts. If `wantedRows` rows have a metric of at least T,
 * every row of the report has one, and therefore a fact with a value of at least T. Facts of groups without such a fact
 * need not be read. The same holds for the least values.
 */
export interface RankedRows {
  /** The report of the rows that are ranked: of groups over the whole range, if the plan selects groups. */
  readonly boundPlan: BoundPlan;
  readonly descending: boolean;
  /** The rank of the report's last row. */
  readonly wantedRows: number;
  /** The place of the metric in the plan. */
  readonly metricIndex: number;
  /** The stored column, of integers or decimals. */
  readonly column: string;
  /** From 0 to 100. Null: the metric is none. */
  readonly percentile: number | null;
}

const boundedFunctions: readonly PlannedMetric['function'][] = ['min', 'max', 'avg', 'percentile'];

/** Returns the order of a report if facts can be left out by their values, or null. */
export function rankedRows(boundPlan: BoundPlan): RankedRows | null {
  const { plan } = boundPlan;
  if (plan.perFact !== undefined || plan.targetCurrency !== undefined || dependsOnAllRows(boundPlan))
    return null;
  const order = orderOf(boundPlan);
  if (order === null || order.wantedRows === 0) return null;
  const metric = plan.metrics[order.metricIndex];
  const bounded = metric === undefined ? null : boundedMetric(metric, boundPlan);
  const { groupKeys } = reportColumns(boundPlan);
  return bounded === null || groupKeys.length === 0 ? null : { ...order, ...bounded };
}

function dependsOnAllRows({ plan: { metrics, others, comparedRange, fillGaps } }: BoundPlan): boolean {
  return (
    metrics.some(({ part }) => part !== undefined) ||
    [others, comparedRange, fillGaps].some((word) => word !== undefined)
  );
}

type Order = Pick<RankedRows, 'boundPlan' | 'descending' | 'wantedRows' | 'metricIndex'>;

function orderOf(boundPlan: BoundPlan): Order | null {
  const { plan } = boundPlan;
  if (plan.groups !== undefined) {
    const { sortBy, descending, offset, limit } = plan.groups;
    const [metricIndex] = sortBy;
    if (metricIndex === undefined) return null;
    const groups = { ...boundPlan, plan: { ...plan, timeUnit: null } };
    return { boundPlan: groups, descending, wantedRows: limit === 0 ? 0 : offset + limit, metricIndex };
  }
  const [first] = plan.orderBy ?? [];
  if (first === undefined || plan.limitRows === null) return null;
  const metricIndex = outputColumns(boundPlan).findIndex(({ name }) => name === first.column);
  return { boundPlan, descending: first.descending, wantedRows: plan.limitRows, metricIndex };
}

/** Null if rounding, or an operation, may put the metric beyond the values of its facts. */
function boundedMetric(
  metric: PlannedMetric,
  { dataset }: BoundPlan,
): Pick<RankedRows, 'column' | 'percentile'> | null {
  if (metric.operation !== undefined || !boundedFunctions.includes(metric.function)) return null;
  const source = resolveMetricSource(dataset, metric.metric);
  if (source.kind !== 'column' || source.type === 'float') return null;
  return { column: source.column, percentile: metric.percentile ?? null };
}
