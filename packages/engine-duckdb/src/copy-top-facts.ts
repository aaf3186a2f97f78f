import type { DuckDBConnection } from '@duckdb/node-api';
import {
  compileCountedFacts,
  compileGroupSample,
  compileReachingGroups,
  compileTopFacts,
  compileTopGroups,
  compileValueBound,
  estimateFacts,
  limitSampleRange,
  rankedRows,
  viewColumns,
  type BoundPlan,
  type RankedRows,
  type SqlStatement,
  type TimeRange,
} from '@hourglass/query';
import type { FactFiles } from '@hourglass/reports';
import { estimateGroups } from './estimate-groups.ts';
import { createFactsView } from './facts-view.ts';
import { withPercentileMethod } from './percentile-memory.ts';
import { countedFacts, type ReportTerms } from './smaller-terms.ts';
import { runStatement } from './statements.ts';
import { withViewColumns } from './view-columns.ts';

const sampleTable = 'sampled_facts';
const reachingTable = 'reaching_groups';
const topGroupsTable = 'top_groups';
const topFactsTable = 'top_facts';

/** Least share of groups that is not sampled: a smaller bound would leave more facts. */
const minOneIn = 16;
/** Facts whose values fit into the memory of a small run. */
const maxSampledFacts = 1_000_000;
/** With fewer groups in the sample for each wanted row, most groups would reach the bound. */
const sampledGroupsPerRow = 2;
/** Fewer groups are computed in the time of finding a bound. */
const minGroups = 10_000;
/** Metrics other than percentiles take less time than finding a bound, except with about a group for each fact. */
const minGroupsPerFact = 1 / 2;
/** A larger share of all facts takes about as long to copy as to compute. */
const maxTopShare = 1 / 8;

type TopFactsTask = BoundPlan & { readonly facts: FactFiles };

/**
 * Copies the facts of those groups that can be in a report ordered by a metric, if these seem to be few, and creates the
 * view `facts` over the copy. Returns their number. Null: the report needs all facts, and the view contains them, before
 * and afterwards. `dropTopFacts` frees the copy.
 */
export async function copyTopFacts(
  connection: DuckDBConnection,
  task: TopFactsTask,
  terms: ReportTerms,
): Promise<number | null> {
  const ranked = rankedRows(task);
  const wasTooLarge = terms.countsValues || terms.maxSliceFacts !== Infinity;
  if (ranked === null || wasTooLarge) return null;
  const { range } = task.plan;
  const allFacts = estimateFacts(countedFacts(task.facts, range), range);
  const oneIn = Math.max(minOneIn, Math.ceil(allFacts / maxSampledFacts));
  const { sampleFacts } = terms;
  const firstFacts = limitSampleRange(task.facts.segments, range, Math.floor(allFacts * maxTopShare));
  if (firstFacts === null || sampleFacts > allFacts * maxTopShare) return null;
  const groups = await estimateGroups(connection, task, { sampleFacts, allFacts });
  const neededGroups = Math.max(
    minGroups,
    oneIn * sampledGroupsPerRow * ranked.wantedRows,
    ranked.percentile === null ? allFacts * minGroupsPerFact : 0,
  );
  if (groups < neededGroups) return null;
  const copied = await copyFactsOfTopGroups(
    connection,
    { ...task, ranked, oneIn, firstFacts, maxTopShare },
    terms,
  );
  if (copied === null) await createFactsView(connection, task.facts, task);
  return copied;
}

export interface TopGroupsTask extends TopFactsTask {
  readonly ranked: RankedRows;
  /** One of this number of groups is in the sample. */
  readonly oneIn: number;
  /** The range of the facts by which groups are left out that have too few values. */
  readonly firstFacts: TimeRange;
  /** The share of all facts from which on these are not copied. */
  readonly maxTopShare: number;
}

/** Like `copyTopFacts`, but however many groups there are. If it returns null, the view has other facts. */
export async function copyFactsOfTopGroups(
  connection: DuckDBConnection,
  task: TopGroupsTask,
  terms: Pick<ReportTerms, 'countsValues' | 'limits'>,
): Promise<number | null> {
  const { ranked, facts } = task;
  const bound = await findValueBound(connection, task, terms);
  if (bound === null) return null;
  await createFactsView(connection, facts, task);
  await createTable(connection, reachingTable, compileReachingGroups(ranked, bound));
  const isFound = await findTopGroups(connection, task);
  await connection.run(`drop table ${reachingTable}`);
  const copied = isFound ? await copyFactsOfGroups(connection, task) : null;
  await connection.run(`drop table ${topGroupsTable}`);
  return copied;
}

/** Replaces the view by one of the copy. */
async function copyFactsOfGroups(
  connection: DuckDBConnection,
  { ranked, facts, ...task }: TopGroupsTask,
): Promise<number> {
  await createFactsView(connection, facts, task);
  const copied = await createTable(connection, topFactsTable, compileTopFacts(ranked, topGroupsTable));
  await createViewOfTable(connection, topFactsTable, task);
  return copied;
}

async function createViewOfTable(
  connection: DuckDBConnection,
  table: string,
  boundPlan: BoundPlan,
): Promise<void> {
  const select = withViewColumns(`select * from ${table}`, viewColumns(boundPlan));
  await connection.run(`create or replace view facts as ${select}`);
}

/** Returns whether the top groups, by the first facts or by all, have a small share of the facts. Replaces the view. */
async function findTopGroups(
  connection: DuckDBConnection,
  { ranked, facts, firstFacts, maxTopShare: maxShare, plan, dataset }: TopGroupsTask,
): Promise<boolean> {
  for (const range of countedRanges(ranked, firstFacts, plan.range)) {
    await createFactsView(connection, facts, { plan: { ...plan, range }, dataset });
    await createTable(connection, topGroupsTable, compileTopGroups(ranked, reachingTable, range));
    const [[counted] = []] = await (
      await runStatement(connection, compileCountedFacts(topGroupsTable))
    ).getRows();
    const allFacts = estimateFacts(countedFacts(facts, range), range);
    if (Number(counted) <= maxShare * allFacts) return true;
  }
  return false;
}

/** More facts leave more groups out only by percentiles, and the first facts are those of few buckets. */
function countedRanges(
  { boundPlan, percentile }: RankedRows,
  firstFacts: TimeRange,
  allFacts: TimeRange,
): readonly TimeRange[] {
  if (boundPlan.plan.timeUnit !== null) return [allFacts];
  return percentile === null ? [firstFacts] : [firstFacts, allFacts];
}

/** The view `facts` must not be read afterwards. */
export async function dropTopFacts(connection: DuckDBConnection): Promise<void> {
  await connection.run(`drop table ${topFactsTable}`);
}

/** Returns the metric of the last wanted row of the sample. Null: the sample has fewer rows. */
async function findValueBound(
  connection: DuckDBConnection,
  { ranked, facts, oneIn, ...task }: TopGroupsTask,
  terms: Pick<ReportTerms, 'countsValues' | 'limits'>,
): Promise<number | null> {
  await createFactsView(connection, facts, task);
  const sampled = await createTable(connection, sampleTable, compileGroupSample(ranked, oneIn));
  await createViewOfTable(connection, sampleTable, task);
  const boundPlan = withPercentileMethod(ranked.boundPlan, { segments: [], hotRows: sampled }, terms);
  const statement = compileValueBound({ ...ranked, boundPlan });
  const [[rows, bound] = []] = await (await runStatement(connection, statement)).getRows();
  await connection.run(`drop table ${sampleTable}`);
  return Number(rows) === ranked.wantedRows && typeof bound === 'number' ? bound : null;
}

/** Returns the number of rows. */
async function createTable(
  connection: DuckDBConnection,
  name: string,
  { sql, parameters }: SqlStatement,
): Promise<number> {
  const created = await runStatement(connection, {
    sql: `create or replace temp table ${name} as ${sql}`,
    parameters,
  });
  const [[rows] = []] = await created.getRows();
  return Number(rows);
}
