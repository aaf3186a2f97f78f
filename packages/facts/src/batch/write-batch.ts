import type { BatchReader, RowSink } from './batch-reader.ts';
import { acceptedBatch, refusedBatch, type BatchResult } from './batch-result.ts';
import type { BatchWriter } from './fact-store.ts';

export interface WrittenBatch {
  readonly id: string;
  readonly signal: AbortSignal;
  readonly bodySha256: string;
}

/**
 * Writes the rows that `writeRows` passes to the sink, and commits unless they are refused. Errors
 * are thrown after a rollback.
 */
export async function writeBatch(
  writer: BatchWriter,
  { id, signal, bodySha256 }: WrittenBatch,
  writeRows: (sink: RowSink) => Promise<BatchReader>,
): Promise<BatchResult> {
  try {
    const reader = await writeRows(writer);
    signal.throwIfAborted();
    const { accepted, isRefused } = reader;
    if (isRefused || accepted === 0) {
      await writer.rollback();
      return refusedBatch(reader);
    }
    await writer.commit({ accepted, bodySha256 });
    return acceptedBatch(id, reader);
  } catch (error) {
    // An error of the rollback must not replace the first one.
    await writer.rollback().catch(() => {});
    throw error;
  }
}
