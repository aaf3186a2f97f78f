import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { StoredSegment } from '@hourglass/query/catalogue';
import { chooseMerge, type MergeTerms } from './choose-merge.ts';
import type { CrashPoint } from './crash-point.ts';
import type { SegmentOwner } from './segment.ts';
import type { PlaceSegments, SegmentObjects } from './segment-objects.ts';
import type { SegmentStore } from './segment-store.ts';
import { SegmentTooLarge, type SegmentWriter } from './segment-writer.ts';
import { storeSegment } from './store-segment.ts';

export interface MergeSegmentsPorts {
  readonly segments: SegmentStore;
  readonly writer: SegmentWriter;
  readonly objects: SegmentObjects;
  readonly place: PlaceSegments;
  readonly crashPoint: CrashPoint;
}

export interface MergeSegmentsTask {
  readonly terms: MergeTerms;
  /** An existing scratch directory for this call only. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/**
 * Merges small segments into one, at most once per owner. Returns the number of segments that were
 * replaced.
 */
export async function mergeSegments(ports: MergeSegmentsPorts, task: MergeSegmentsTask): Promise<number> {
  let replaced = 0;
  for (const owner of await ports.segments.listCrowded(task.terms.minSegments)) {
    task.signal.throwIfAborted();
    replaced += (await ports.segments.withOwnerLock(owner, () => mergeOwner(owner, ports, task))) ?? 0;
  }
  return replaced;
}

/**
 * Retries with half as many segments when memory does not suffice, so that little memory slows
 * merging but never stops it.
 */
async function mergeOwner(
  owner: SegmentOwner,
  ports: MergeSegmentsPorts,
  task: MergeSegmentsTask,
): Promise<number> {
  let chosen = chooseMerge(await ports.segments.listLive(owner), task.terms);
  while (chosen !== null) {
    try {
      return await mergeChosen(chosen, owner, ports, task);
    } catch (error) {
      if (!(error instanceof SegmentTooLarge) || chosen.length < 4) throw error;
      chosen = chosen.slice(0, Math.floor(chosen.length / 2));
    }
  }
  return 0;
}

async function mergeChosen(
  chosen: readonly StoredSegment[],
  owner: SegmentOwner,
  { segments, writer, objects, place, crashPoint }: MergeSegmentsPorts,
  { directory: parent, signal }: MergeSegmentsTask,
): Promise<number> {
  const directory = path.join(parent, 'merge');
  await mkdir(directory, { recursive: true });
  try {
    const paths = await place(chosen, { directory, signal });
    const sources = chosen.map(({ columns }, index) => ({ path: paths[index] ?? '', columns }));
    const file = await writer.merge({ segments: sources, directory, signal });
    const facts = chosen.reduce((sum, segment) => sum + segment.facts, 0);
    if (file.facts !== facts)
      throw new Error(`the merged segment has ${file.facts} facts; expected ${facts}, as in its sources`);
    const ids = chosen.map(({ id }) => id);
    const isLive = await storeSegment(
      { owner, file, signal, goLive: (id) => segments.replace(ids, id) },
      { segments, objects, crashPoint: (point) => crashPoint(`merge.${point}`) },
    );
    return isLive ? chosen.length : 0;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
