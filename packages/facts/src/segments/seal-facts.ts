import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { CrashPoint } from './crash-point.ts';
import type { SegmentOwner } from './segment.ts';
import type { SegmentObjects } from './segment-objects.ts';
import type { HotFacts, SealingTerms, SegmentStore } from './segment-store.ts';
import { SegmentTooLarge, type SegmentWriter } from './segment-writer.ts';
import { storeSegment } from './store-segment.ts';

export interface SealFactsPorts {
  readonly segments: SegmentStore;
  readonly writer: SegmentWriter;
  readonly objects: SegmentObjects;
  readonly crashPoint: CrashPoint;
}

export interface SealFactsTask {
  readonly terms: SealingTerms;
  /** An existing scratch directory for this call only. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/**
 * Moves the hot facts that are due into segments, owner by owner, and returns the number of facts
 * that moved. If the process dies, the facts stay where they were, and the sweep deletes an object
 * that may be left over.
 */
export async function sealFacts(ports: SealFactsPorts, task: SealFactsTask): Promise<number> {
  let facts = 0;
  for (const owner of await ports.segments.listDue(task.terms)) {
    facts += (await ports.segments.withOwnerLock(owner, () => sealOwner(owner, ports, task))) ?? 0;
  }
  return facts;
}

/**
 * Seals repeatedly until fewer hot facts are left than are due, so that one run suffices for a busy
 * environment. Seals fewer facts at a time when the writer's memory does not suffice.
 */
async function sealOwner(owner: SegmentOwner, ports: SealFactsPorts, task: SealFactsTask): Promise<number> {
  let sealed = 0;
  let { maxFacts } = task.terms;
  for (;;) {
    task.signal.throwIfAborted();
    const hot = await ports.segments.oldestHotFacts(owner, { ...task.terms, maxFacts });
    if (hot === null || (sealed > 0 && hot.facts < Math.min(task.terms.minFacts, maxFacts))) return sealed;
    try {
      if (!(await sealBatches(hot, ports, task))) return sealed;
      sealed += hot.facts;
    } catch (error) {
      if (!(error instanceof SegmentTooLarge) || hot.batchSeqs.length < 2) throw error;
      maxFacts = Math.ceil(hot.facts / 2);
    }
  }
}

/** Returns false if another process has sealed a batch or deleted a fact of it meanwhile. */
async function sealBatches(
  hot: HotFacts,
  { segments, writer, objects, crashPoint }: SealFactsPorts,
  { directory, signal }: SealFactsTask,
): Promise<boolean> {
  const csvPath = path.join(directory, 'hot-facts.csv');
  try {
    const copied = await segments.copyHotFacts(hot, { path: csvPath, signal });
    if (copied === null) return false;
    if (copied.facts !== hot.facts)
      throw new Error(`copied ${copied.facts} hot facts; expected ${hot.facts}`);
    crashPoint('seal.copied');
    const file = await writer.seal({ csvPath, columns: copied.columns, directory, signal });
    if (file.facts !== hot.facts)
      throw new Error(`the segment has ${file.facts} facts; expected ${hot.facts}, as copied`);
    const owner = { environmentId: hot.environmentId, dataset: hot.dataset.name };
    return await storeSegment(
      { owner, file, signal, goLive: (id) => segments.seal(hot, id) },
      { segments, objects, crashPoint: (point) => crashPoint(`seal.${point}`) },
    );
  } finally {
    await rm(csvPath, { force: true });
  }
}
