import type { DuckDBConnection } from '@duckdb/node-api';
import { compileLimitBound, limitBoundKind, type BoundPlan, type LimitBound } from '@hourglass/query';
import type { FactFiles } from '@hourglass/reports';
import { createFactsView } from './facts-view.ts';
import { prepareStatement } from './prepare-statement.ts';
import { estimatedFacts, rangeOfFacts } from './sample-range.ts';

/** A sample is worth its time when it is at most this share of all facts. */
const largestSampleShare = 1 / 8;

/** How many facts there should be for each row that the limit allows: many of them are in one group. */
const factsPerRow = 4;

/**
 * Looks for a bound of the plan's limit in the first facts of its range, which lie together in segments that are
 * sorted by time; answers null when it is not found at little cost. Hot facts are not looked at: each time they are
 * read, the whole file is. Leaves the relation `facts` with a part of the facts.
 */
export async function findLimitBound(
  connection: DuckDBConnection,
  task: BoundPlan & { readonly facts: FactFiles },
  { sampleFacts }: { readonly sampleFacts: number },
): Promise<LimitBound | null> {
  const { plan, dataset, facts } = task;
  const kind = limitBoundKind(task);
  const limit = plan.limitRows;
  if (kind === null || limit === null) return null;
  const sealed = { ...facts, hotRows: 0 };
  const mostFacts = estimatedFacts(sealed.segments, plan.range) * largestSampleShare;
  let wantedFacts = Math.max(sampleFacts, factsPerRow * limit);
  while (wantedFacts <= mostFacts) {
    const range = rangeOfFacts(sealed.segments, plan.range, wantedFacts);
    const sample = { plan: { ...plan, range }, dataset };
    await createFactsView(connection, sealed, sample);
    const { groups, reach } = await groupsOf(connection, sample);
    if (groups === limit) return boundOf(kind, reach);
    // Time goes on, so later facts bring further groups; other dimensions may have no more values than were seen.
    if (kind !== 'time' || groups === 0) return null;
    wantedFacts *= Math.max(2, (2 * limit) / groups);
  }
  return null;
}

async function groupsOf(connection: DuckDBConnection, sample: BoundPlan) {
  const prepared = await prepareStatement(connection, compileLimitBound(sample));
  const [row] = (await prepared.runAndReadAll()).getRows();
  const [groups, reach] = row ?? [];
  return { groups: Number(groups), reach };
}

function boundOf(kind: LimitBound['kind'], reach: unknown): LimitBound {
  if (kind === 'time' && typeof reach === 'number') return { kind, endExclusiveMs: reach };
  if (kind === 'leading-text' && typeof reach === 'string') return { kind, atMost: reach };
  throw new TypeError(`the bound of a limit is ${typeof reach}`);
}
