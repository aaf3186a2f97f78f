import { didYouMean, quoted } from '@hourglass/contract/messages';
import {
  distinctFunctions,
  type AggregateFunction,
  type DistinctFunction,
  type Metric,
} from '../catalogue/dataset.ts';
import type { PlannedMetric, ReportFault } from './plan.ts';
import type { MetricRequest } from './request.ts';

/** `p95` is the function `percentile` of 95, `approx_p95` is `approx_percentile` of 95. */
const shortPercentile = /^(?<approx>approx_)?p(?<percentile>[0-9]{1,2}(?:\.[0-9]{1,6})?)$/;

type PercentileFunction = Extract<AggregateFunction, 'percentile' | 'approx_percentile'>;
export type PlannedFunction = Pick<PlannedMetric, 'function' | 'percentile'>;

/** Returns whether a function counts the values of a dimension. */
export function isDistinctFunction(name: string | null | undefined): name is DistinctFunction {
  return distinctFunctions.some((candidate) => candidate === name);
}

export function isPercentileFunction(name: string | null): name is PercentileFunction {
  return name === 'percentile' || name === 'approx_percentile';
}

/** Names a function as requests do, such as `sum`, `p95` or `approx_p95`. Null: the metric takes none. */
export function functionName({ function: name, percentile }: PlannedFunction): string | null {
  if (percentile === undefined) return name;
  return `${name === 'approx_percentile' ? 'approx_' : ''}p${percentile}`;
}

/** Returns the function of a metric, or null if it was faulty and reported under `field`. */
export function planFunction(
  metric: Metric,
  requested: MetricRequest,
  field: string,
  report: ReportFault,
): PlannedFunction | null {
  const short = shortPercentile.exec(requested.function ?? '')?.groups;
  const name = short === undefined ? requested.function : `${short['approx'] ?? ''}percentile`;
  const chosen = chooseFunction(metric, name, requested, `${field}.function`, report);
  if (chosen === undefined) return null;
  if (short !== undefined) {
    if (!takesNoPercentile(requested, field, report)) return null;
    return { function: chosen, percentile: Number(short['percentile']) };
  }
  if (chosen !== null && isPercentileFunction(chosen))
    return planPercentile(chosen, requested, field, report);
  return takesNoPercentile(requested, field, report) ? { function: chosen } : null;
}

/** Returns whether the request states no percentile, or reports it. */
export function takesNoPercentile(
  { percentile, function: name }: MetricRequest,
  field: string,
  report: ReportFault,
): boolean {
  if (percentile === undefined) return true;
  const found = name === undefined ? 'without a function' : `with the function ${quoted(name)}`;
  report(
    `${field}.percentile`,
    `${percentile} is stated ${found}; expected a percentile only with percentile or approx_percentile`,
  );
  return false;
}

/** Returns undefined if the function was faulty and reported; null if the metric takes no function. */
function chooseFunction(
  { name: metric, functions }: Metric,
  name: string | undefined,
  { function: requested = '' }: MetricRequest,
  field: string,
  report: ReportFault,
): AggregateFunction | null | undefined {
  if (name === undefined) return functions[0] ?? null;
  const chosen = functions.find((candidate) => candidate === name);
  if (chosen !== undefined) return chosen;
  const expected = functions.length === 0 ? 'no function' : functions.join(', ');
  report(
    field,
    `the metric "${metric}" has no function ${quoted(requested)}; expected ${expected}${didYouMean(requested, functions)}`,
  );
  return undefined;
}

function planPercentile(
  name: PercentileFunction,
  { percentile }: MetricRequest,
  field: string,
  report: ReportFault,
): PlannedFunction | null {
  if (percentile !== undefined && percentile >= 0 && percentile <= 100) return { function: name, percentile };
  const expected = 'expected a number from 0 to 100';
  // Complete without its field, because the list of `select` has one field for all items.
  report(
    `${field}.percentile`,
    percentile === undefined
      ? `the function ${name} has no percentile; ${expected}, or a function such as p95`
      : `${percentile} is not a percentile; ${expected}`,
  );
  return null;
}
