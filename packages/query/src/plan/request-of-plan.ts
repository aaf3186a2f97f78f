import { printFilter } from '../filter/print-filter.ts';
import { queryTimeUnits, type Plan, type PlannedMetric, type TimeRange } from './plan.ts';
import { defaultAlias } from './plan-metrics.ts';
import type { MetricRequest, QueryRequest } from './request.ts';

/**
 * Returns the request that `planQuery` plans as this plan again, while catalogue and custom fields are the same. Ranges
 * are absolute, as they were frozen. Null: the plan is that of another form, such as a monetization report.
 */
export function requestOfPlan(plan: Plan): QueryRequest | null {
  const { groups, perFact, targetCurrency, timeUnit, orderBy, having, comparedRange } = plan;
  if (groups !== undefined || perFact !== undefined || targetCurrency !== undefined) return null;
  if (timeUnit !== null && !queryTimeUnits.some((unit) => unit === timeUnit)) return null;
  return {
    ...(plan.metrics.length === 0 ? {} : { metrics: plan.metrics.map(requestOfMetric) }),
    ...(plan.dimensions.length === 0 ? {} : { dimensions: plan.dimensions }),
    timeRange: isoRange(plan.range),
    ...(timeUnit === null ? {} : { groupByTimeUnit: timeUnit }),
    ...(plan.timeZone === undefined ? {} : { timeZone: plan.timeZone.name }),
    ...(plan.utcOffsetMinutes === undefined ? {} : { utcOffsetMinutes: plan.utcOffsetMinutes }),
    ...(plan.filter === null ? {} : { filter: printFilter(plan.filter) }),
    ...(orderBy === undefined
      ? {}
      : {
          orderBy: orderBy.map(({ column, descending }) => ({
            column,
            direction: descending ? 'desc' : 'asc',
          })),
        }),
    ...(having === undefined ? {} : { having: printFilter(having) }),
    ...(plan.limitRows === null ? {} : { limit: plan.limitRows }),
    ...(plan.others === undefined ? {} : { others: true }),
    ...(comparedRange === undefined ? {} : { compareTo: isoRange(comparedRange) }),
    ...(plan.fillGaps === undefined ? {} : { fillGaps: true }),
    ...outputOf(plan),
  };
}

function requestOfMetric({ metric, alias, operation, part, ...source }: PlannedMetric): MetricRequest {
  return {
    name: metric,
    ...(source.function === null ? {} : { function: source.function }),
    ...(source.percentile === undefined ? {} : { percentile: source.percentile }),
    ...(alias === defaultAlias({ metric, ...source }, part ?? null) ? {} : { alias }),
    ...operation,
    ...(part === undefined ? {} : { as: part.of, ...(part.within === 'time' ? { within: 'time' } : {}) }),
  };
}

function isoRange({ startMs, endExclusiveMs }: TimeRange): { start: string; end: string } {
  return { start: new Date(startMs).toISOString(), end: new Date(endExclusiveMs).toISOString() };
}

function outputOf({ output }: Plan): Partial<QueryRequest> {
  if (output.format !== 'csv') return { outputFormat: output.format };
  return {
    outputFormat: 'csv',
    ...(output.delimiter === ',' ? {} : { csvDelimiter: output.delimiter }),
    ...(output.bom === undefined ? {} : { csvBom: true }),
    ...(output.header === undefined ? {} : { csvHeader: false }),
    ...(output.safe === undefined ? {} : { csvSafe: true }),
  };
}
