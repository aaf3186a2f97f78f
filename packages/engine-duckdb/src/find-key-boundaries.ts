import type { DuckDBConnection } from '@duckdb/node-api';
import {
  compileGroupCount,
  compileKeyBoundaries,
  duckdbViewDialect,
  estimateFacts,
  groupsFromSample,
  isOrderedByText,
  limitSampleRange,
  type GroupSample,
} from '@hourglass/query';
import type { EngineTask } from '@hourglass/reports';
import { createFactsView } from './facts-view.ts';
import { countedFacts, type ReportTerms } from './smaller-terms.ts';
import { runStatement } from './statements.ts';

/** Groups of the sample from which boundaries are chosen. */
const sampledGroups = 25_000;
/** With fewer groups of the sample in a slice, its size would be left to chance. */
const minSampledPerSlice = 64;

/**
 * Finds the texts of a report's first key at which it is divided into slices, each with about as many groups as fit into
 * the memory of a run. Returns none if all fit, or if the rows are not ordered by a text. The view `facts` contains the
 * facts of the report, before and afterwards.
 */
export async function findKeyBoundaries(
  connection: DuckDBConnection,
  task: EngineTask,
  terms: ReportTerms,
): Promise<readonly string[]> {
  const { plan, facts } = task;
  const fittingGroups = terms.sliceFacts;
  const allFacts = estimateFacts(countedFacts(facts, plan.range), plan.range);
  if (allFacts <= 2 * fittingGroups || !isOrderedByText(task)) return [];
  const wasTooLarge = terms.maxSliceFacts !== Infinity;
  // The groups behind a small limit are left out while they are found.
  if (!wasTooLarge && plan.limitRows !== null && plan.limitRows <= fittingGroups) return [];
  if (!wasTooLarge && (await groupsInAll(connection, task, { terms, allFacts })) <= 2 * fittingGroups)
    return [];
  const statement = compileKeyBoundaries(task, groupSample(allFacts, fittingGroups), duckdbViewDialect);
  const rows = await (await runStatement(connection, statement)).getRows();
  return [...new Set(rows.map(([text]) => String(text)))];
}

/** Estimates the groups of all facts from the first ones, which segments store together. */
async function groupsInAll(
  connection: DuckDBConnection,
  task: EngineTask,
  { terms, allFacts }: { readonly terms: ReportTerms; readonly allFacts: number },
): Promise<number> {
  const { plan } = task;
  const sealed = { ...task.facts, hotRows: 0 };
  const range = limitSampleRange(sealed.segments, plan.range, terms.sampleFacts);
  if (range === null) return allFacts;
  const sample = { ...task, plan: { ...plan, range } };
  await createFactsView(connection, sealed, sample);
  const [row] = await (
    await runStatement(connection, compileGroupCount(sample, duckdbViewDialect))
  ).getRows();
  await createFactsView(connection, task.facts, task);
  const [groups = 0, facts = 0] = (row ?? []).map(Number);
  const selectedShare = Math.min(1, facts / estimateFacts(sealed.segments, range));
  return groupsFromSample({ groups, facts }, Math.ceil(allFacts * selectedShare));
}

function groupSample(allFacts: number, fittingGroups: number): GroupSample {
  const oneIn = Math.ceil(allFacts / sampledGroups);
  const coarsest = Math.max(1, Math.floor(fittingGroups / minSampledPerSlice));
  const kept = Math.min(oneIn, coarsest);
  return { oneIn: kept, groupsPerSlice: Math.max(1, Math.floor(fittingGroups / kept)) };
}
