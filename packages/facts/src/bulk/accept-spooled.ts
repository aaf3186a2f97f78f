import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { BatchWriter } from '../batch/fact-store.ts';
import type { IncomingSegment, SegmentFile } from '../segments/segment.ts';
import { uploadSegment } from '../segments/store-segment.ts';
import { BodyConversion, type ConvertedBody } from './convert-body.ts';
import type { BulkPorts } from './segment-encoder.ts';
import { spoolBody } from './spool-body.ts';

export interface SpooledBatch {
  readonly facts: Omit<ConvertedBody, 'directory'>;
  readonly bulk: BulkPorts;
  readonly writer: BatchWriter;
  /** Returns the hash of the body after it was read. */
  readonly sha256: () => string;
  /** Ingests a body row by row: a small one, or one that the encoder declined. */
  readonly readRows: (body: AsyncIterable<Buffer>) => Promise<void>;
}

/**
 * Reads the body to its end before writing. A large body is converted to segments, which go live
 * when the batch is committed; returns the number of its facts. Returns null after passing the body
 * to `readRows`, without committing.
 */
export async function acceptSpooled(
  body: AsyncIterable<Buffer>,
  { facts, bulk, writer, sha256, readRows }: SpooledBatch,
): Promise<number | null> {
  const directory = path.join(bulk.scratchDirectory, randomUUID());
  const conversion = new BodyConversion(bulk.encoder, { ...facts, directory });
  try {
    const spooled = await spoolBody(body, {
      maxHotRows: bulk.maxHotRows,
      directory,
      onFile: (file) => conversion.add(file),
    });
    const segments = spooled.isLarge ? await conversion.end() : 'declined';
    if (segments === 'declined') {
      await readRows(spooled.replay());
      return null;
    }
    return await commitSegments(segments, { facts, bulk, writer, sha256 });
  } finally {
    await conversion.settle();
    // Most batches never create it, and a committed one must not fail. An API that starts removes
    // what is left.
    await rm(directory, { recursive: true, force: true }).catch(() => {});
  }
}

async function commitSegments(
  files: readonly SegmentFile[],
  { facts, bulk, writer, sha256 }: Omit<SpooledBatch, 'readRows'>,
): Promise<number> {
  const owner = { environmentId: facts.environmentId, dataset: facts.dataset.name };
  const ports = { ...bulk, crashPoint: () => {} };
  const stored: IncomingSegment[] = [];
  try {
    for (const file of files) stored.push(await uploadSegment(owner, file, facts.signal, ports));
    facts.signal.throwIfAborted();
  } catch (error) {
    await discard(stored, bulk);
    throw error;
  }
  const accepted = files.reduce((sum, file) => sum + file.facts, 0);
  // Segments are not deleted when this fails: the transaction may have been committed. The sweep
  // deletes orphans.
  await writer.commit({ accepted, bodySha256: sha256(), segmentIds: stored.map(({ id }) => id) });
  return accepted;
}

/**
 * Deletes segments of a batch that failed. The sweep deletes the ones that cannot be deleted now.
 */
async function discard(stored: readonly IncomingSegment[], { objects, segments }: BulkPorts): Promise<void> {
  for (const { id, key } of stored) {
    await objects
      .delete(key)
      .then(() => segments.unregister(id))
      .catch(() => {});
  }
}
