import { didYouMean, quoted } from '@hourglass/contract/messages';
import type { MetricPart, ReportFault } from './plan.ts';
import type { PlannedFunction } from './plan-function.ts';
import type { MetricRequest } from './request.ts';

const kinds = ['share', 'total'] as const;

/** Returns null if no part is requested, and undefined if it was faulty and reported. */
export function planPart(
  { as: requested, within }: Pick<MetricRequest, 'as' | 'within'>,
  { function: name }: PlannedFunction,
  field: string,
  report: ReportFault,
): MetricPart | null | undefined {
  if (requested === undefined) {
    if (within === undefined) return null;
    report(`${field}.within`, `${quoted(within)} is stated without "as"; expected both or neither`);
    return undefined;
  }
  const kind = kinds.find((candidate) => candidate === requested);
  if (kind === undefined) {
    report(
      `${field}.as`,
      `${quoted(requested)} is not a part; expected share or total${didYouMean(requested, kinds)}`,
    );
    return undefined;
  }
  if (name !== 'sum') {
    report(
      `${field}.as`,
      `a ${kind} of ${name ?? 'a metric without a function'}; expected the function sum, because only sums add up to a whole`,
    );
    return undefined;
  }
  if (within !== undefined && within !== 'time') {
    report(
      `${field}.within`,
      `${quoted(within)} is not a whole; expected "time", or no value for the whole range`,
    );
    return undefined;
  }
  return { of: kind, within: within ?? 'range' };
}

/** Reports parts of a bucket in a report without buckets. */
export function checkParts(
  metrics: readonly MetricRequest[],
  timeUnit: string | null | undefined,
  report: ReportFault,
): void {
  if (timeUnit !== null && timeUnit !== undefined) return;
  for (const [index, { within }] of metrics.entries()) {
    if (within === 'time')
      report(`metrics[${index}].within`, '"time" needs buckets; expected groupByTimeUnit, or no within');
  }
}
