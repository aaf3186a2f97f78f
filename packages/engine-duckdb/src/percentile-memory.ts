import { estimateFacts, readRanges, type BoundPlan, type Plan } from '@hourglass/query';
import type { FactFiles } from '@hourglass/reports';
import type { ReportTerms } from './smaller-terms.ts';

/** Size of a value while DuckDB collects it: 8 bytes, in vectors that grow by doubling and are merged. */
const bytesPerValue = 24;
/** The share of a run's memory that values may take, which its limit does not cover. */
const largestShare = 1 / 4;

export function hasPercentiles({ metrics }: Pick<Plan, 'metrics'>): boolean {
  return metrics.some(({ function: name }) => name === 'percentile');
}

/** Returns the report, or the part of one, with the way to compute its percentiles over these facts. */
export function withPercentileMethod<Report extends BoundPlan>(
  report: Report,
  facts: Pick<FactFiles, 'segments' | 'hotRows'>,
  { countsValues, limits }: Pick<ReportTerms, 'countsValues' | 'limits'>,
): Report {
  if (!hasPercentiles(report.plan)) return report;
  const isTooLarge = sizeOfValues(report, facts) > limits.memoryMb * largestShare;
  return { ...report, countsValues: countsValues || isTooLarge };
}

/** The memory in MiB that the values for the percentiles of a report may take. */
function sizeOfValues(
  { plan }: BoundPlan,
  { segments, hotRows }: Pick<FactFiles, 'segments' | 'hotRows'>,
): number {
  const percentiles = plan.metrics.filter(({ function: name }) => name === 'percentile');
  const columns = new Set(percentiles.map(({ metric }) => metric)).size;
  const sealed = readRanges(plan).reduce((sum, range) => sum + estimateFacts(segments, range), 0);
  return (columns * (hotRows + sealed) * bytesPerValue) / 2 ** 20;
}
