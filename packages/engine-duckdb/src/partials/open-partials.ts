import type { DuckDBConnection } from '@duckdb/node-api';
import { compileUncovered, measureName, type BoundPlan } from '@hourglass/query';
import type { PlacedPartial } from '@hourglass/reports';
import { createFactsView } from '../facts-view.ts';
import { quoted, setParquetPaths } from '../segment-relation.ts';
import { runStatement } from '../statements.ts';
import type { PartialTask } from './compute-partial.ts';
import type { Coverage } from './cover-segments.ts';
import { isSumTooLarge } from './sum-too-large.ts';

const uncoveredTable = 'uncovered_facts';

/**
 * Creates the view `facts` over partials: those that cover segments, and one of all other facts. Returns
 * the plan of the report over it; null if a sum of these facts does not fit. `closePartials` frees what it
 * holds.
 */
export async function openPartials(
  connection: DuckDBConnection,
  task: PartialTask,
  { covering, uncovered }: Coverage,
): Promise<BoundPlan | null> {
  const { plan, dataset, facts } = task;
  const selects = await Promise.all(
    [...byShape(covering)].map(async (partials, index) =>
      selectPartials(await setParquetPaths(connection, partials, `partial_paths_${index}`), task),
    ),
  );
  if (facts.hotRows > 0 || uncovered.length > 0 || selects.length === 0) {
    await createFactsView(connection, { ...facts, segments: uncovered }, { plan, dataset });
    if (!(await createUncovered(connection, task))) return null;
    selects.push(selectPartials(uncoveredTable, task));
  }
  await connection.run(`create or replace view facts as ${selects.join(' union all ')}`);
  return { plan: { ...plan, filter: null }, dataset, readsPartials: true };
}

/** Returns false if a sum does not fit. */
async function createUncovered(connection: DuckDBConnection, task: PartialTask): Promise<boolean> {
  const { sql, parameters } = compileUncovered(task, task.facts.partials.shape);
  try {
    await runStatement(connection, {
      sql: `create or replace temp table ${uncoveredTable} as ${sql}`,
      parameters,
    });
    return true;
  } catch (error) {
    if (isSumTooLarge(error)) return false;
    throw error;
  }
}

export async function closePartials(connection: DuckDBConnection): Promise<void> {
  await connection.run(`drop table if exists ${uncoveredTable}`);
}

/** One relation reads files with the same columns. */
function byShape(partials: readonly PlacedPartial[]): Iterable<readonly PlacedPartial[]> {
  const groups = new Map<string, PlacedPartial[]>();
  for (const partial of partials) {
    const group = groups.get(partial.shape.id);
    if (group === undefined) groups.set(partial.shape.id, [partial]);
    else group.push(partial);
  }
  return groups.values();
}

/** Selects the columns of the report's shape under their names in the plan. */
function selectPartials(relation: string, { facts }: PartialTask): string {
  const { keys, measures } = facts.partials.shape;
  const columns = [
    ...keys.map(({ segmentName, name }) => [segmentName, name] as const),
    ...measures.map(
      ({ column: { segmentName, name }, aggregate }) =>
        [measureName(segmentName, aggregate), measureName(name, aggregate)] as const,
    ),
  ].map(([from, to]) => `, ${quoted(from)} as ${quoted(to)}`);
  return `select environment_id, "timestamp" ${columns.join('')} from ${relation}`;
}
