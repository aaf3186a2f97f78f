import type { DuckDBConnection } from '@duckdb/node-api';
import {
  compileGroupCount,
  duckdbViewDialect,
  estimateFacts,
  groupsFromSample,
  limitSampleRange,
} from '@hourglass/query';
import type { EngineTask } from '@hourglass/reports';
import { createFactsView } from './facts-view.ts';
import { runStatement } from './statements.ts';

/**
 * Estimates the groups of all facts from the first ones, which segments store together. The view `facts` contains the
 * facts of the report afterwards.
 */
export async function estimateGroups(
  connection: DuckDBConnection,
  task: Pick<EngineTask, 'plan' | 'dataset' | 'facts'>,
  { sampleFacts, allFacts }: { readonly sampleFacts: number; readonly allFacts: number },
): Promise<number> {
  const { plan } = task;
  const sealed = { ...task.facts, hotRows: 0 };
  const range = limitSampleRange(sealed.segments, plan.range, sampleFacts);
  if (range === null) return allFacts;
  const sample = { ...task, plan: { ...plan, range } };
  await createFactsView(connection, sealed, sample);
  const statement = compileGroupCount(sample, duckdbViewDialect);
  const [row] = await (await runStatement(connection, statement)).getRows();
  await createFactsView(connection, task.facts, task);
  const [groups = 0, facts = 0] = (row ?? []).map(Number);
  const selectedShare = Math.min(1, facts / estimateFacts(sealed.segments, range));
  return groupsFromSample({ groups, facts }, Math.ceil(allFacts * selectedShare));
}
