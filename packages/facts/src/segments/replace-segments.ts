import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { StoredSegment } from '@hourglass/query/catalogue';
import type { CrashPoint } from './crash-point.ts';
import type { SegmentFile, SegmentOwner } from './segment.ts';
import type { PlaceSegments, SegmentObjects } from './segment-objects.ts';
import type { LiveSegments, RemovedFacts, SegmentStore } from './segment-store.ts';
import type { SegmentWriter } from './segment-writer.ts';
import { storeSegment } from './store-segment.ts';

export interface ReplacePorts {
  readonly segments: SegmentStore;
  readonly writer: SegmentWriter;
  readonly objects: SegmentObjects;
  readonly place: PlaceSegments;
  readonly crashPoint: CrashPoint;
  /** Called after hidden facts were left out of a new segment. */
  readonly onRemoved: (removed: RemovedFacts) => void;
}

export interface ReplaceTask {
  /** An existing scratch directory for this call only. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

export interface Replaced {
  readonly owner: SegmentOwner;
  /** As it was read together with the chosen segments. */
  readonly live: LiveSegments;
  /** Begins the names of the crash points. */
  readonly step: 'merge' | 'rewrite';
}

/**
 * Replaces the chosen segments by one with their facts, except those that are deleted or past their
 * retention; by none if no fact is left. Returns false, and changes nothing, if another process has
 * replaced one of them or deleted facts of them meanwhile.
 */
export async function replaceByOne(
  chosen: readonly StoredSegment[],
  { owner, live, step }: Replaced,
  { segments, writer, objects, place, crashPoint, onRemoved }: ReplacePorts,
  { directory: parent, signal }: ReplaceTask,
): Promise<boolean> {
  const directory = path.join(parent, step);
  await mkdir(directory, { recursive: true });
  try {
    const { environment, expiredBeforeMs } = live;
    const paths = await place(chosen, { environmentId: owner.environmentId, directory, signal });
    const sources = chosen.map((segment, index) => ({ ...segment, path: paths[index] ?? '' }));
    const { file, removed } = await writer.merge({ segments: sources, expiredBeforeMs, directory, signal });
    requireAllFacts(chosen, file, removed);
    const goLive = (segmentId: string | null) =>
      segments.replace({ owner, replaced: chosen, segmentId, removed, expiredBeforeMs });
    const isReplaced =
      file.facts === 0
        ? await goLive(null)
        : await storeSegment(
            { owner, file, signal, goLive },
            { segments, objects, crashPoint: (point) => crashPoint(`${step}.${point}`) },
          );
    if (isReplaced && removed > 0) {
      const segment = chosen.map(({ id }) => id).join(' ');
      onRemoved({ environment, dataset: owner.dataset, segment, facts: removed });
    }
    return isReplaced;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function requireAllFacts(chosen: readonly StoredSegment[], file: SegmentFile, removed: number): void {
  const facts = chosen.reduce((sum, segment) => sum + segment.facts, 0);
  if (file.facts + removed === facts) return;
  throw new Error(
    `the new segment has ${file.facts} facts; expected ${facts - removed}: ${facts} of its sources, ${removed} hidden`,
  );
}
