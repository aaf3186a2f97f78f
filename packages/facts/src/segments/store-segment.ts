import { rm } from 'node:fs/promises';
import type { CrashPoint } from './crash-point.ts';
import type { SegmentFile, SegmentOwner } from './segment.ts';
import type { SegmentObjects } from './segment-objects.ts';
import type { SegmentStore } from './segment-store.ts';
import { uploadSegment } from './upload-segment.ts';

export interface StoreSegmentPorts {
  readonly segments: Pick<SegmentStore, 'register' | 'unregister'>;
  readonly objects: SegmentObjects;
  readonly crashPoint: CrashPoint;
}

export interface StoreSegmentTask {
  readonly owner: SegmentOwner;
  readonly file: SegmentFile;
  readonly signal: AbortSignal;
  /** The one transaction that moves the facts. False: they were moved by somebody else, and the segment is not live. */
  readonly goLive: (segmentId: string) => Promise<boolean>;
}

/**
 * Stores the file as an object and lets it go live. The row comes before the object and goes after it, so that there is
 * never an object that no row names. Removes the file.
 */
export async function storeSegment(
  { owner, file, signal, goLive }: StoreSegmentTask,
  { segments, objects, crashPoint }: StoreSegmentPorts,
): Promise<boolean> {
  try {
    const { id, key } = await uploadSegment(owner, file, signal, { segments, objects, crashPoint });
    // A failure here is left to the sweep: the answer may be lost of a transaction that was committed.
    const live = await goLive(id);
    crashPoint('live');
    if (live) return true;
    await objects.delete(key);
    await segments.unregister(id);
    return false;
  } finally {
    await rm(file.path, { force: true });
  }
}
