import type { DuckDBConnection } from '@duckdb/node-api';
import { narrowPlan, needsSlices, type LimitBound } from '@hourglass/query';
import type { EngineTask, FactFiles } from '@hourglass/reports';
import { findKeyBoundaries } from './find-key-boundaries.ts';
import { withHotFactsSegment } from './hot-facts-segment.ts';
import { createKeySlices } from './key-slices.ts';
import type { ReportSlices } from './report-slices.ts';
import { countedFacts, type WritingTerms } from './smaller-terms.ts';
import { createTimeSlices } from './time-slices.ts';

/** A report in slices. It is kept while the run is paused, and its files are in the directory of the task. */
export interface DividedReport {
  readonly slices: ReportSlices;
  readonly facts: FactFiles;
  readonly bound: LimitBound | null;
}

/**
 * Divides a large report into slices by time or by its first text. Null: it is computed at once, over the view `facts`,
 * which contains what `bound` leaves, before and afterwards.
 */
export async function divideReport(
  connection: DuckDBConnection,
  task: EngineTask,
  { bound, terms }: { readonly bound: LimitBound | null; readonly terms: WritingTerms },
): Promise<DividedReport | null> {
  const narrowed = narrowPlan(task, bound);
  const { plan } = narrowed;
  // Hot facts are read as a whole, which is faster if they fit.
  const counted =
    terms.maxSliceFacts === Infinity ? task.facts.segments : countedFacts(task.facts, plan.range);
  if (needsSlices(plan, counted, terms.sliceFacts)) {
    const facts = await withHotFactsSegment(connection, task);
    const slices = createTimeSlices(plan, facts.segments, terms.sliceFacts, terms.maxSliceFacts);
    return { slices, facts, bound };
  }
  // A bound by text leaves few facts, in most reports.
  if (bound !== null && terms.maxSliceFacts === Infinity) return null;
  const boundaries = await findKeyBoundaries(connection, task, terms);
  if (boundaries.length === 0) return null;
  const facts = await withHotFactsSegment(connection, task);
  return { slices: createKeySlices(task, boundaries), facts, bound };
}
