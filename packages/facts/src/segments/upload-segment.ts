import type { CrashPoint } from './crash-point.ts';
import type { IncomingSegment, SegmentFile, SegmentOwner } from './segment.ts';
import type { SegmentObjects } from './segment-objects.ts';
import type { SegmentStore } from './segment-store.ts';

/** What the object of a segment is. */
const segmentContentType = 'application/vnd.apache.parquet';

export interface UploadSegmentPorts {
  readonly segments: Pick<SegmentStore, 'register'>;
  readonly objects: Pick<SegmentObjects, 'putFile'>;
  readonly crashPoint: CrashPoint;
}

/** Stores the file as an object, after the row that names it, so that there is never an object that no row names. */
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
    throw new Error(`the store has ${stored.bytes} bytes of a segment of ${file.bytes}`);
  crashPoint('uploaded');
  return segment;
}
