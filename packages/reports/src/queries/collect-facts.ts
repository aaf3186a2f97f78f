import type { BoundPlan } from '@hourglass/query';
import type { FactSnapshot, FactSource, SnapshotTarget } from './fact-source.ts';
import type { FactFiles, SegmentFiles } from './segment-files.ts';

export interface CollectFactsPorts {
  readonly factSource: FactSource;
  readonly segmentFiles: SegmentFiles;
}

/** Copies the facts that a plan reads to `directory`, as one snapshot. */
export async function collectFacts(
  boundPlan: BoundPlan,
  { factSource, segmentFiles }: CollectFactsPorts,
  target: SnapshotTarget,
): Promise<FactFiles> {
  const snapshot = await factSource.snapshot(boundPlan, target);
  return placeSegments(boundPlan, snapshot, segmentFiles, target);
}

/**
 * Copies the segments of a snapshot to `directory`. Calls `onCollected` with the share of hot facts
 * and segments that are in place, 0 to 1.
 */
export async function placeSegments(
  { plan }: BoundPlan,
  snapshot: FactSnapshot,
  segmentFiles: SegmentFiles,
  target: Omit<SnapshotTarget, 'timeoutMs'> & { readonly onCollected?: (share: number) => void },
): Promise<FactFiles> {
  const pieces = snapshot.segments.length + 1;
  let collected = 0;
  const onPlaced = () => target.onCollected?.((collected += 1) / pieces);
  onPlaced();
  const { environmentId } = plan.tenant;
  const paths = await segmentFiles.place(snapshot.segments, { ...target, environmentId, onPlaced });
  const segments = snapshot.segments.map(({ facts, firstMs, lastMs, columns, deletions }, index) => {
    const path = paths[index];
    if (path === undefined) throw new Error('a segment was not placed');
    return { path, facts, firstMs, lastMs, columns, deletions };
  });
  return { ...snapshot, segments };
}

/** Returns the number of facts that the engine scans. */
export function countFacts({
  hotRows,
  segments,
}: {
  readonly hotRows: number;
  readonly segments: readonly { readonly facts: number }[];
}): number {
  return segments.reduce((sum, { facts }) => sum + facts, hotRows);
}
