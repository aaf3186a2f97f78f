import {
  isCoverable,
  limitBoundKind,
  partialShape,
  type BoundPlan,
  type PartialShape,
  type StoredSegment,
} from '@hourglass/query';
import type { FactSnapshot, FactSource, SnapshotTarget } from './fact-source.ts';
import type { PartialFiles, PlacedPartial } from './partial-files.ts';
import type { ReportEngine } from './report-engine.ts';
import type { FactFiles, PlacedSegment, ReportPartials, SegmentFiles } from './segment-files.ts';

export interface PlaceSegmentsPorts {
  readonly segmentFiles: SegmentFiles;
  /** Null: no partials are kept. */
  readonly partials: PartialFiles | null;
  readonly engine: Pick<ReportEngine, 'identity'>;
}

export interface CollectFactsPorts extends PlaceSegmentsPorts {
  readonly factSource: FactSource;
}

/** Copies the facts that a plan reads to `directory`, as one snapshot. */
export async function collectFacts(
  boundPlan: BoundPlan,
  ports: CollectFactsPorts,
  target: SnapshotTarget,
): Promise<FactFiles> {
  const snapshot = await ports.factSource.snapshot(boundPlan, target);
  return placeSegments(boundPlan, snapshot, ports, target);
}

interface PlacingTarget extends Omit<SnapshotTarget, 'timeoutMs'> {
  readonly onCollected?: (share: number) => void;
}

/**
 * Places the segments of a snapshot in `directory`, or partials that cover them. Calls `onCollected`
 * with the share of hot facts and segments that are in place, 0 to 1.
 */
export async function placeSegments(
  boundPlan: BoundPlan,
  snapshot: FactSnapshot,
  ports: PlaceSegmentsPorts,
  target: PlacingTarget,
): Promise<FactFiles> {
  const { environmentId } = boundPlan.plan.tenant;
  const place = async (segments: readonly StoredSegment[], onPlaced?: () => void) => {
    const paths = await ports.segmentFiles.place(segments, {
      ...{ ...target, environmentId },
      ...(onPlaced && { onPlaced }),
    });
    return segments.map((segment, index) => placedSegment(segment, paths[index]));
  };
  const found = await findPartials(boundPlan, snapshot, ports, target);
  const covered = snapshot.segments.filter(({ id }) => found?.covering.has(id));
  const uncovered = snapshot.segments.filter(({ id }) => found?.covering.has(id) !== true);
  const pieces = uncovered.length + 1;
  let collected = 0;
  const onPlaced = () => target.onCollected?.((collected += 1) / pieces);
  onPlaced();
  const segments = await place(uncovered, onPlaced);
  if (found === null) return { ...snapshot, segments };
  const placed = new Map(segments.map((segment, index) => [segment, uncovered[index]?.id ?? '']));
  return { ...snapshot, segments, partials: reportPartials(found, placed, () => place(covered)) };
}

interface FoundPartials {
  readonly files: PartialFiles;
  readonly shape: PartialShape;
  readonly environmentId: number;
  /** Ids of segments. */
  readonly coverable: ReadonlySet<string>;
  /** By the ids of segments. */
  readonly covering: ReadonlyMap<string, PlacedPartial>;
}

/** Null: the report reads facts only. */
async function findPartials(
  boundPlan: BoundPlan,
  { segments, expiredBeforeMs }: FactSnapshot,
  { partials: files, engine }: PlaceSegmentsPorts,
  target: PlacingTarget,
): Promise<FoundPartials | null> {
  // A limit by time reads the first facts only.
  if (files === null || limitBoundKind(boundPlan) === 'time') return null;
  const large = segments.filter(({ facts }) => facts >= files.minFacts);
  // A report over few facts does not pay for its shape.
  if (large.length === 0) return null;
  const shape = partialShape(boundPlan, engine.identity.version);
  const { plan } = boundPlan;
  const { environmentId } = plan.tenant;
  if (shape === null || files.isRefused(shape, environmentId)) return null;
  const { resolution } = shape;
  const coverable = large.filter((segment) => isCoverable(segment, { plan, resolution, expiredBeforeMs }));
  if (coverable.length === 0) return null;
  const [covering, isKnown] = await Promise.all([
    files.place(coverable, { ...target, shape }),
    files.isKnown(shape),
  ]);
  // Computing partials costs more than a report over facts, which is in vain if it is never asked for again.
  if (covering.size === 0 && !isKnown) return null;
  await files.uses.record(shape, plan);
  return { files, shape, environmentId, covering, coverable: new Set(coverable.map(({ id }) => id)) };
}

/** `placed` has the ids of the placed segments. */
function reportPartials(
  { files, shape, environmentId, covering, coverable }: FoundPartials,
  placed: ReadonlyMap<PlacedSegment, string>,
  placeCovered: () => Promise<readonly PlacedSegment[]>,
): ReportPartials {
  return {
    shape,
    covering: [...covering.values()],
    coverable: [...placed].flatMap(([segment, id]) => (coverable.has(id) ? [segment] : [])),
    async keep(segment, partial, signal) {
      const id = placed.get(segment);
      if (id === undefined) throw new Error('the segment of a partial was not placed');
      await files.keep({ id, facts: segment.facts }, partial, signal);
    },
    refuse: (fault) => files.refuse(shape, environmentId, fault),
    placeCovered,
  };
}

export function placedSegment(
  { facts, firstMs, lastMs, columns, deletions }: StoredSegment,
  path: string | undefined,
): PlacedSegment {
  if (path === undefined) throw new Error('a segment was not placed');
  return { path, facts, firstMs, lastMs, columns, deletions };
}

/** Returns the number of facts and of rows of partials that the engine reads. */
export function countRead(facts: FactFiles): number {
  const covering = facts.partials?.covering ?? [];
  return covering.reduce((sum, { rows }) => sum + rows, countFacts(facts));
}

/** Returns the number of facts of a snapshot. */
export function countFacts({
  hotRows,
  segments,
}: {
  readonly hotRows: number;
  readonly segments: readonly { readonly facts: number }[];
}): number {
  return segments.reduce((sum, { facts }) => sum + facts, hotRows);
}
