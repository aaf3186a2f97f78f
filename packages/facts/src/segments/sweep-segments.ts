import { segmentPrefix, type SegmentObjects } from './segment-objects.ts';
import type { SegmentStore } from './segment-store.ts';

export interface SweepTerms {
  /** Null: facts are kept for ever, unless their environment says otherwise. */
  readonly retentionDays: number | null;
  /**
   * Longer than a reader that is no query (statistics, a merge) may take from its snapshot to its last byte.
   */
  readonly retiredForMs: number;
  /** Longer than writing and storing one segment may take. */
  readonly incomingForMs: number;
  /** Objects at one go. */
  readonly limit: number;
}

export interface SweepPorts {
  readonly segments: SegmentStore;
  readonly objects: Pick<SegmentObjects, 'delete'> & {
    /** What was begun to be stored and is not complete, by this process or another one that may be dead. */
    listIncomplete(prefix: string): AsyncIterable<{ readonly key: string; discard(): Promise<void> }>;
  };
}

/**
 * Retires what is past its retention or was left over, and deletes what nobody reads or writes any more. Answers the
 * number of objects and incomplete ones that it deleted.
 */
export async function sweepSegments(ports: SweepPorts, terms: SweepTerms): Promise<number> {
  const { segments, objects } = ports;
  await segments.retireExpired(terms.retentionDays);
  await segments.retireAbandoned(terms.incomingForMs);
  const unread = await segments.listDeletable(terms.retiredForMs, terms.limit);
  for (const { id, key } of unread) {
    // The row last: as long as it is there, the object is tried again.
    await objects.delete(key);
    await segments.unregister(id);
  }
  return unread.length + (await discardIncomplete(ports, terms.limit));
}

/** Each is listed first and its segment read afterwards: a segment is put down before its object is begun. */
async function discardIncomplete({ segments, objects }: SweepPorts, limit: number): Promise<number> {
  const listed = [];
  for await (const incomplete of objects.listIncomplete(segmentPrefix)) {
    listed.push(incomplete);
    if (listed.length === limit) break;
  }
  if (listed.length === 0) return 0;
  const keys = new Set(await segments.unownedKeys(listed.map(({ key }) => key)));
  const nobodys = listed.filter(({ key }) => keys.has(key));
  for (const incomplete of nobodys) await incomplete.discard();
  return nobodys.length;
}
