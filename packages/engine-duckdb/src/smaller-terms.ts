import {
  estimateFacts,
  isOrderedByText,
  needsSlices,
  type CountedSegment,
  type TimeRange,
} from '@hourglass/query';
import type { EngineTask, FactFiles } from '@hourglass/reports';
import type { EngineContext } from './engine-context.ts';
import { hasPercentiles } from './percentile-memory.ts';

/** The terms on which a report is computed. */
export interface ReportTerms extends EngineContext {
  /** Maximum facts of a slice. Infinity: a slice whose rows take little time and memory is followed by a larger one. */
  readonly maxSliceFacts: number;
  /** Whether percentiles are always computed from numbers of equal values, which spill. */
  readonly countsValues: boolean;
}

/** A slice that small needs little memory, whatever its facts are. */
const minSliceFacts = 1_000;

/** Few steps, because each one that does not suffice takes its time. */
const shrinking = 8;

/**
 * Returns terms on which the rest of a report needs less memory: one thread, because each allocates some, and
 * percentiles that spill, then ever smaller slices. Null: there are none.
 */
export function smallerTerms(terms: ReportTerms, remaining: EngineTask): ReportTerms | null {
  const { limits, sliceFacts } = terms;
  const { plan, facts } = remaining;
  if (limits.threads > 1 || (!terms.countsValues && hasPercentiles(plan)))
    return { ...terms, limits: { ...limits, threads: 1 }, countsValues: true };
  const counted = countedFacts(facts, plan.range);
  const smaller = Math.floor(Math.min(sliceFacts, estimateFacts(counted, plan.range)) / shrinking);
  if (smaller < minSliceFacts) return null;
  if (!needsSlices(plan, counted, smaller) && !isOrderedByText(remaining)) return null;
  return { ...terms, sliceFacts: smaller, maxSliceFacts: smaller };
}

/** Hot facts count as if they were evenly distributed in the range. */
export function countedFacts(
  { segments, hotRows }: Pick<FactFiles, 'segments' | 'hotRows'>,
  { startMs, endExclusiveMs }: TimeRange,
): readonly CountedSegment[] {
  return [...segments, { facts: hotRows, firstMs: startMs, lastMs: endExclusiveMs - 1 }];
}
