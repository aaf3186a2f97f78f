import type { DuckDBConnection } from '@duckdb/node-api';
import {
  compileKeyBoundaries,
  duckdbViewDialect,
  estimateFacts,
  isOrderedByText,
  type GroupSample,
} from '@hourglass/query';
import type { EngineTask } from '@hourglass/reports';
import { estimateGroups } from './estimate-groups.ts';
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
  const { sampleFacts } = terms;
  if (
    !wasTooLarge &&
    (await estimateGroups(connection, task, { sampleFacts, allFacts })) <= 2 * fittingGroups
  )
    return [];
  const statement = compileKeyBoundaries(task, groupSample(allFacts, fittingGroups), duckdbViewDialect);
  const rows = await (await runStatement(connection, statement)).getRows();
  return [...new Set(rows.map(([text]) => String(text)))];
}

function groupSample(allFacts: number, fittingGroups: number): GroupSample {
  const oneIn = Math.ceil(allFacts / sampledGroups);
  const coarsest = Math.max(1, Math.floor(fittingGroups / minSampledPerSlice));
  const kept = Math.min(oneIn, coarsest);
  return { oneIn: kept, groupsPerSlice: Math.max(1, Math.floor(fittingGroups / kept)) };
}
