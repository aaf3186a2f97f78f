import { estimateFacts, readRanges, remainderGrowth, type BoundPlan, type Plan } from '@hourglass/query';
import type { FactFiles } from '@hourglass/reports';
import type { InstanceLimits } from './duckdb-instance.ts';

/**
 * Size of a value while DuckDB collects it: 8 bytes, in a vector for each group. One of a single value takes 32 bytes,
 * and half as much again while those of all threads are merged.
 */
const bytesPerValue = 48;
/** The share of a run's memory that values may take, which its limit does not cover. */
const largestShare = 1 / 4;

export function hasPercentiles({ metrics }: Pick<Plan, 'metrics'>): boolean {
  return metrics.some(({ function: name }) => name === 'percentile');
}

/** Returns the size of slices, in facts, whose values for the percentiles of a plan fit into memory. */
export function fittingSliceFacts(plan: Plan, limits: InstanceLimits): number {
  return fittingFacts(plan, limits) / remainderGrowth;
}

/** The maximum facts whose values certainly fit. */
function fittingFacts({ metrics }: Plan, { memoryMb }: InstanceLimits): number {
  const percentiles = metrics.filter(({ function: name }) => name === 'percentile');
  const columns = new Set(percentiles.map(({ metric }) => metric)).size;
  return (memoryMb * 2 ** 20 * largestShare) / (bytesPerValue * columns);
}

interface PercentileTerms {
  readonly limits: InstanceLimits;
  /** Whether values are counted however few they are. */
  readonly countsValues: boolean;
}

/** Returns the report, or the part of one, with the way to compute its percentiles over these facts. */
export function withPercentileMethod<Report extends BoundPlan>(
  report: Report,
  { segments, hotRows }: Pick<FactFiles, 'segments' | 'hotRows'>,
  { countsValues, limits }: PercentileTerms,
): Report {
  const { plan } = report;
  if (!hasPercentiles(plan)) return report;
  const sealed = readRanges(plan).reduce((sum, range) => sum + estimateFacts(segments, range), 0);
  return { ...report, countsValues: countsValues || hotRows + sealed > fittingFacts(plan, limits) };
}
