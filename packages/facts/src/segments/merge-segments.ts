import type { StoredSegment } from '@hourglass/query/catalogue';
import { chooseMerge, mergeSpanMs, type MergeTerms } from './choose-merge.ts';
import { replaceByOne, type ReplacePorts, type ReplaceTask } from './replace-segments.ts';
import type { SegmentOwner } from './segment.ts';
import type { LiveSegments } from './segment-store.ts';
import { SegmentTooLarge } from './segment-writer.ts';

export interface MergeSegmentsTask extends ReplaceTask {
  readonly terms: MergeTerms;
}

/**
 * Merges small segments into one, at most once per owner. Returns the number of segments that were
 * replaced.
 */
export async function mergeSegments(ports: ReplacePorts, task: MergeSegmentsTask): Promise<number> {
  let replaced = 0;
  for (const owner of await ports.segments.listMergeable(task.terms)) {
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
  ports: ReplacePorts,
  task: MergeSegmentsTask,
): Promise<number> {
  const maxFacts = Math.floor(task.terms.targetFacts / 2);
  const live = await ports.segments.listLive(owner, { maxFacts });
  let chosen = chooseAmong(live, task.terms);
  while (chosen !== null) {
    try {
      const isReplaced = await replaceByOne(chosen, { owner, live, step: 'merge' }, ports, task);
      return isReplaced ? chosen.length : 0;
    } catch (error) {
      if (!(error instanceof SegmentTooLarge) || chosen.length < 4) throw error;
      chosen = chosen.slice(0, Math.floor(chosen.length / 2));
    }
  }
  return 0;
}

function chooseAmong(
  { segments, retentionDays }: LiveSegments,
  terms: MergeTerms,
): readonly StoredSegment[] | null {
  return chooseMerge(segments, { ...terms, spanMs: mergeSpanMs(retentionDays) });
}
