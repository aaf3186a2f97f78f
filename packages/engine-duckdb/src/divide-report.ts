import type { DuckDBConnection } from '@duckdb/node-api';
import { needsSlices } from '@hourglass/query';
import type { EngineTask, FactFiles } from '@hourglass/reports';
import { findKeyBoundaries } from './find-key-boundaries.ts';
import { withHotFactsSegment } from './hot-facts-segment.ts';
import { createKeySlices } from './key-slices.ts';
import { fittingSliceFacts } from './percentile-memory.ts';
import type { ReportSlices } from './report-slices.ts';
import { countedFacts, type ReportTerms } from './smaller-terms.ts';
import { createTimeSlices } from './time-slices.ts';

/** A report in slices. It is kept while the run is paused, and its files are in the directory of the task. */
export interface DividedReport {
  readonly slices: ReportSlices;
  readonly facts: FactFiles;
}

/**
 * Divides a large report into slices by time or by its first text. Null: it is computed at once, over the view `facts`,
 * which contains its facts before and afterwards. `isBounded` states whether the bound of a limit narrowed the report.
 */
export async function divideReport(
  connection: DuckDBConnection,
  task: EngineTask,
  { isBounded, terms }: { readonly isBounded: boolean; readonly terms: ReportTerms },
): Promise<DividedReport | null> {
  const { plan } = task;
  // Hot facts are read as a whole, which is faster if they fit.
  const counted =
    terms.maxSliceFacts === Infinity ? task.facts.segments : countedFacts(task.facts, plan.range);
  if (needsSlices(plan, counted, terms.sliceFacts)) {
    const facts = await withHotFactsSegment(connection, task);
    const maxSliceFacts = Math.min(terms.maxSliceFacts, fittingSliceFacts(plan, terms.limits));
    return { slices: createTimeSlices(plan, facts.segments, terms.sliceFacts, maxSliceFacts), facts };
  }
  // A bound by text leaves few facts, in most reports.
  if (isBounded && terms.maxSliceFacts === Infinity) return null;
  const boundaries = await findKeyBoundaries(connection, task, terms);
  if (boundaries.length === 0) return null;
  const facts = await withHotFactsSegment(connection, task);
  return { slices: createKeySlices(task, boundaries), facts };
}
