import { rm } from 'node:fs/promises';
import type { CrashPoint } from './crash-point.ts';
import type { IncomingSegment, SegmentFile, SegmentOwner } from './segment.ts';
import type { SegmentObjects } from './segment-objects.ts';
import type { SegmentStore } from './segment-store.ts';

const segmentContentType = 'application/vnd.apache.parquet';

export interface StoreSegmentPorts {
  readonly segments: Pick<SegmentStore, 'register' | 'recordEtag' | 'unregister'>;
  readonly objects: SegmentObjects;
  readonly crashPoint: CrashPoint;
}

export interface StoreSegmentTask {
  readonly owner: SegmentOwner;
  readonly file: SegmentFile;
  readonly signal: AbortSignal;
  /**
   * Moves the facts in one transaction. Returns false if another process has moved them and the
   * segment is not live.
   */
  readonly goLive: (segmentId: string) => Promise<boolean>;
}

/**
 * Stores the file as an object, makes the segment live and removes the file. The row is inserted
 * before the object and deleted after it, so that every object has a row.
 */
export async function storeSegment(
  { owner, file, signal, goLive }: StoreSegmentTask,
  { segments, objects, crashPoint }: StoreSegmentPorts,
): Promise<boolean> {
  try {
    const segment = await uploadSegment(owner, file, signal, { segments, objects, crashPoint });
    // The object stays when this fails: the transaction may have been committed. The sweep deletes
    // orphans.
    const live = await goLive(segment.id);
    crashPoint('live');
    if (live) return true;
    await objects.delete(segment.key);
    await segments.unregister(segment);
    return false;
  } finally {
    await rm(file.path, { force: true });
  }
}

export interface UploadSegmentPorts {
  readonly segments: Pick<SegmentStore, 'register' | 'recordEtag'>;
  readonly objects: Pick<SegmentObjects, 'putFile'>;
  readonly crashPoint: CrashPoint;
}

/** Inserts the segment's row and then stores its object, so that every object has a row. */
export async function uploadSegment(
  owner: SegmentOwner,
  file: SegmentFile,
  signal: AbortSignal,
  { segments, objects, crashPoint }: UploadSegmentPorts,
): Promise<IncomingSegment> {
  const segment = await segments.register(owner, file);
  crashPoint('registered');
  const stored = await objects.putFile(segment.key, file.path, { contentType: segmentContentType, signal });
  if (stored.bytes !== file.bytes)
    throw new Error(`stored ${stored.bytes} bytes of the segment; expected ${file.bytes}`);
  await segments.recordEtag(segment, stored.etag);
  crashPoint('uploaded');
  return segment;
}
