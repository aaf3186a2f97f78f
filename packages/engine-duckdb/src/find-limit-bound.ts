import type { DuckDBConnection } from '@duckdb/node-api';
import {
  compileLimitBound,
  duckdbViewDialect,
  limitBoundKind,
  limitSampleFacts,
  limitSampleRange,
  type BoundPlan,
  type LimitBound,
} from '@hourglass/query';
import type { FactFiles } from '@hourglass/reports';
import { createFactsView } from './facts-view.ts';
import { runStatement } from './statements.ts';

/**
 * Finds a bound for a plan with a limit by sampling the first facts of its range, which segments
 * store together because they are sorted by time. Returns null if a bound would be too expensive to
 * find. Hot facts are not sampled, because their file can only be read as a whole. Afterwards the
 * view `facts` contains only the sample.
 */
export async function findLimitBound(
  connection: DuckDBConnection,
  task: BoundPlan & { readonly facts: FactFiles },
  { sampleFacts }: { readonly sampleFacts: number },
): Promise<LimitBound | null> {
  const { plan, facts } = task;
  const kind = limitBoundKind(task);
  const limit = plan.limitRows;
  if (kind === null || limit === null) return null;
  const sealed = { ...facts, hotRows: 0 };
  let wantedFacts = limitSampleFacts(limit, sampleFacts);
  for (;;) {
    const range = limitSampleRange(sealed.segments, plan.range, wantedFacts);
    if (range === null) return null;
    const sample = { ...task, plan: { ...plan, range } };
    await createFactsView(connection, sealed, sample);
    const { groups, reach } = await groupsOf(connection, sample);
    if (groups === limit) return boundOf(kind, reach);
    // Later facts always add groups by time, but other dimensions may have no further values.
    if (kind !== 'time' || groups === 0) return null;
    wantedFacts *= Math.max(2, (2 * limit) / groups);
  }
}

async function groupsOf(connection: DuckDBConnection, sample: BoundPlan) {
  const result = await runStatement(connection, compileLimitBound(sample, duckdbViewDialect));
  const [row] = await result.getRows();
  const [groups, reach] = row ?? [];
  return { groups: Number(groups), reach };
}

function boundOf(kind: LimitBound['kind'], reach: unknown): LimitBound {
  if (kind === 'time' && typeof reach === 'number') return { kind, endExclusiveMs: reach };
  if (kind === 'leading-text' && typeof reach === 'string') return { kind, atMost: reach };
  throw new TypeError(`the bound of a limit is of type ${typeof reach}; expected one for ${kind}`);
}
