import type { Plan, TimeRange } from './plan.ts';

/** Returns the ranges whose facts a report reads: its own, and the one that it compares with. */
export function readRanges({ range, comparedRange }: Plan): readonly TimeRange[] {
  return comparedRange === undefined ? [range] : [range, comparedRange];
}

/** Returns the shortest range that contains all of them. */
export function hullOf(ranges: readonly TimeRange[]): TimeRange {
  return {
    startMs: Math.min(...ranges.map(({ startMs }) => startMs)),
    endExclusiveMs: Math.max(...ranges.map(({ endExclusiveMs }) => endExclusiveMs)),
  };
}

/** Returns whether any of the ranges may contain facts of a segment; `lastMs` is included. */
export function mayRead(
  ranges: readonly TimeRange[],
  { firstMs, lastMs }: { readonly firstMs: number; readonly lastMs: number },
): boolean {
  return ranges.some(({ startMs, endExclusiveMs }) => lastMs >= startMs && firstMs < endExclusiveMs);
}
