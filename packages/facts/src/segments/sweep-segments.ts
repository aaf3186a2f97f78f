import type { SegmentObjects, SegmentStore } from './ports.ts';

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

/** Retires what is past its retention or was left over, and deletes what nobody reads any more. Answers the number of deleted objects. */
export async function sweepSegments(
  { segments, objects }: { readonly segments: SegmentStore; readonly objects: SegmentObjects },
  { retentionDays, retiredForMs, incomingForMs, limit }: SweepTerms,
): Promise<number> {
  await segments.retireExpired(retentionDays);
  await segments.retireAbandoned(incomingForMs);
  const unread = await segments.listUnread(retiredForMs, limit);
  for (const { id, key } of unread) {
    // The row last: as long as it is there, the object is tried again.
    await objects.delete(key);
    await segments.forget(id);
  }
  return unread.length;
}
