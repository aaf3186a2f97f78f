import type { CrashPoint } from './crash-point.ts';
import type { IncomingSegment, SegmentFile, SegmentOwner } from './segment.ts';
import type { SegmentObjects } from './segment-objects.ts';
import type { SegmentStore } from './segment-store.ts';

const segmentContentType = 'application/vnd.apache.parquet';

export interface UploadSegmentPorts {
  readonly segments: Pick<SegmentStore, 'register'>;
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
  crashPoint('uploaded');
  return segment;
}
