import { segmentPrefix } from '@hourglass/query/catalogue';
import type { SegmentObjects } from './segment-objects.ts';
import type { RemovedFacts, SegmentStore } from './segment-store.ts';

export interface SweepTerms {
  /**
   * Must exceed the time that statistics or a merge take from their snapshot to their last read.
   */
  readonly retiredForMs: number;
  /** Must exceed the time to write and store one segment. */
  readonly incomingForMs: number;
  /** Maximum objects of one run. */
  readonly limit: number;
}

export interface SweepPorts {
  readonly segments: SegmentStore;
  readonly objects: Pick<SegmentObjects, 'delete'> & {
    /** Lists uploads that are not complete, of this process or of others, which may have died. */
    listIncomplete(prefix: string): AsyncIterable<{ readonly key: string; discard(): Promise<void> }>;
  };
  /** Called with each segment that was retired because its facts are past their retention. */
  readonly onRemoved: (removed: RemovedFacts) => void;
}

/**
 * Retires segments that are past their retention or abandoned, and deletes objects that are no
 * longer read or written. Returns the number of deleted objects, incomplete uploads included.
 */
export async function sweepSegments(ports: SweepPorts, terms: SweepTerms): Promise<number> {
  const { segments, objects, onRemoved } = ports;
  for (const removed of await segments.retireExpired()) onRemoved(removed);
  await segments.retireAbandoned(terms.incomingForMs);
  const deletable = await segments.listDeletable(terms.retiredForMs, terms.limit);
  for (const segment of deletable) {
    // The row is deleted last: while it exists, deleting the object is retried.
    await objects.delete(segment.key);
    await segments.unregister(segment);
  }
  return deletable.length + (await discardIncomplete(ports, terms.limit));
}

/**
 * Lists uploads before it reads their segments: a segment is registered before its upload begins.
 */
async function discardIncomplete({ segments, objects }: SweepPorts, limit: number): Promise<number> {
  const listed = [];
  for await (const incomplete of objects.listIncomplete(segmentPrefix)) {
    listed.push(incomplete);
    if (listed.length === limit) break;
  }
  if (listed.length === 0) return 0;
  const keys = new Set(await segments.unownedKeys(listed.map(({ key }) => key)));
  const unowned = listed.filter(({ key }) => keys.has(key));
  for (const incomplete of unowned) await incomplete.discard();
  return unowned.length;
}
