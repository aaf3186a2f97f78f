import { getDimension } from '../catalogue/look-up.ts';
import type { BoundPlan } from '../plan/bound-plan.ts';
import type { TimeRange } from '../plan/plan.ts';

/**
 * The columns of an engine's view of facts besides their values. The view answers for each of its sources what a
 * statement asks of all facts, so that it reads nothing where the answer is known: a segment within the range has no
 * other facts, and most texts are never "(not set)".
 */
export interface ViewColumns {
  /** For each `rangeColumnName`, BOOLEAN: whether the fact is within the range. */
  readonly ranges: readonly TimeRange[];
  /** For each column `textKeyName`, VARCHAR: its text, or null for a missing one and for "(not set)". */
  readonly texts: readonly string[];
}

/** Returns the columns that the statements of a plan read. */
export function viewColumns({ plan, dataset }: BoundPlan): ViewColumns {
  const { range, comparedRange } = plan;
  const texts = plan.dimensions.filter((name) => {
    const { source } = getDimension(dataset, name);
    return source.kind === 'column' && source.type === 'text';
  });
  return {
    ranges: comparedRange === undefined ? [range] : [range, comparedRange],
    texts: [...new Set(texts)],
  };
}

/** A statement of another range does not find its column, instead of reading other facts. */
export function rangeColumnName({ startMs, endExclusiveMs }: TimeRange): string {
  return `in ${startMs} to ${endExclusiveMs}`;
}

/** No fact has a column of this name. */
export function textKeyName(column: string): string {
  return `${column} as key`;
}
