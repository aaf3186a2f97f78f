import type { AcceptBatchOptions } from '../batch/batch-options.ts';
import type { BatchResult } from '../batch/batch-result.ts';
import type { AcceptedBatch } from '../batch/fact-store.ts';
import type { IncomingSegment } from '../segments/segment.ts';
import { uploadSegment } from '../segments/store-segment.ts';
import type { ConvertedBody } from './convert-body.ts';
import type { BulkPorts } from './segment-encoder.ts';

type StoredConversion =
  | { readonly kind: 'written'; readonly result: BatchResult }
  /** The segments are deleted. */
  | { readonly kind: 'repeated'; readonly earlier: AcceptedBatch };

/** Stores the segments, then makes them live with their batch in one short transaction. */
export async function storeConverted(
  { batchSeq, segments: files }: ConvertedBody,
  bodySha256: string,
  { identity, store, bulk, writePermits, signal }: AcceptBatchOptions,
): Promise<StoredConversion> {
  if (bulk === undefined) throw new Error('segments without a store');
  const owner = { environmentId: identity.environmentId, dataset: identity.target.name };
  const ports = { ...bulk, crashPoint: () => {} };
  const stored: IncomingSegment[] = [];
  let isCommitting = false;
  try {
    for (const file of files) stored.push(await uploadSegment(owner, file, signal, ports));
    return await writePermits.run(signal, async () => {
      const opened = await store.openBatch(identity, batchSeq);
      if ('accepted' in opened) {
        await discard(stored, bulk);
        return { kind: 'repeated', earlier: opened.accepted };
      }
      const accepted = files.reduce((sum, file) => sum + file.facts, 0);
      const segmentIds = stored.map(({ id }) => id);
      try {
        signal.throwIfAborted();
        isCommitting = true;
        await opened.writer.commit({ accepted, bodySha256, segmentIds });
      } catch (error) {
        // An error of the rollback must not replace the first one.
        await opened.writer.rollback().catch(() => {});
        throw error;
      }
      const counts = { accepted, rejected: 0, faults: [] };
      return {
        kind: 'written',
        result: { kind: 'accepted', batch: identity.id, repeated: false, ...counts },
      };
    });
  } catch (error) {
    // Segments are not deleted when the commit fails: the transaction may have been committed. The
    // sweep deletes orphans.
    if (!isCommitting) await discard(stored, bulk);
    throw error;
  }
}

/**
 * Deletes segments of a batch that failed. The sweep deletes the ones that cannot be deleted now.
 */
async function discard(stored: readonly IncomingSegment[], { objects, segments }: BulkPorts): Promise<void> {
  for (const segment of stored) {
    await objects
      .delete(segment.key)
      .then(() => segments.unregister(segment))
      .catch(() => {});
  }
}
