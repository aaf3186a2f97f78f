import { createHash } from 'node:crypto';
import type { UndeclaredFields } from '@hourglass/query/catalogue';
import { BatchReader } from './batch-reader.ts';
import { acceptSpooled } from '../bulk/accept-spooled.ts';
import type { BulkPorts } from '../bulk/segment-encoder.ts';
import { createFactChecker } from '../check/check-fact.ts';
import { createRecordChecker } from '../check/check-record.ts';
import type { AcceptedBatch, BatchIdentity, BatchWriter, FactStore } from './fact-store.ts';
import type { RowFault } from '../formats/raw-fact.ts';

export interface AcceptBatchOptions {
  readonly identity: BatchIdentity;
  readonly store: FactStore;
  /**
   * Converts large batches of facts directly to segments. Without it they go through the hot table.
   */
  readonly bulk?: BulkPorts;
  /** Whether a faulty row refuses the whole batch, or is skipped and reported. */
  readonly onError: 'refuse' | 'skip';
  /** Whether an undeclared field is a fault (the default) or ignored. */
  readonly undeclaredFields?: UndeclaredFields;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

export type BatchResult =
  | {
      readonly kind: 'accepted';
      readonly batch: string;
      /** Whether the batch was accepted before, and nothing was stored now. */
      readonly repeated: boolean;
      readonly accepted: number;
      readonly rejected: number;
      readonly faults: readonly RowFault[];
    }
  | { readonly kind: 'refused'; readonly faults: readonly RowFault[] }
  /** The same id was used with a different body. */
  | { readonly kind: 'conflict' };

/**
 * Ingests the rows of an NDJSON body in one transaction, all or none. Repeating an id with the same
 * body returns the first result again. Memory is bounded by one chunk of the body and one group of
 * facts, or 1 MiB of the body.
 *
 * The body is not closed when the result is known before its end, so that a server can still
 * respond on the same connection. Errors of the body, the store and the signal are thrown after a
 * rollback.
 */
export async function acceptBatch(
  body: AsyncIterable<Buffer>,
  options: AcceptBatchOptions,
): Promise<BatchResult> {
  const { identity, store, bulk, onError, undeclaredFields = 'refuse', nowMs, signal } = options;
  signal.throwIfAborted();
  const { target } = identity;
  const check =
    target.kind === 'records'
      ? createRecordChecker(target.records)
      : createFactChecker(target.dataset, { nowMs, undeclaredFields });
  const opened = await store.openBatch(identity);
  const writer = 'writer' in opened ? opened.writer : null;
  const reader = new BatchReader({
    check,
    refuseAll: onError === 'refuse' && writer !== null,
    writer,
  });
  const { chunks, sha256 } = hashChunks(readUntilAborted(body, signal));
  try {
    if (writer !== null && bulk !== undefined && target.kind === 'facts') {
      const accepted = await acceptSpooled(chunks, {
        facts: {
          dataset: target.dataset,
          environmentId: identity.environmentId,
          batchSeq: writer.batchSeq,
          undeclaredFields,
          nowMs,
          signal,
        },
        bulk,
        writer,
        sha256,
        readRows: (rows) => reader.read(rows),
      });
      if (accepted !== null)
        return { kind: 'accepted', batch: identity.id, repeated: false, accepted, rejected: 0, faults: [] };
    } else {
      await reader.read(chunks);
    }
    signal.throwIfAborted();
    if ('accepted' in opened) return repeatResult(opened.accepted, reader, sha256());
    return await finish(reader, { writer: opened.writer, id: identity.id, sha256 });
  } catch (error) {
    await reader.rollbackQuietly();
    throw error;
  }
}

function repeatResult(earlier: AcceptedBatch, reader: BatchReader, bodySha256: string): BatchResult {
  if (bodySha256 !== earlier.bodySha256) return { kind: 'conflict' };
  const { id, accepted } = earlier;
  return {
    kind: 'accepted',
    batch: id,
    repeated: true,
    accepted,
    rejected: reader.rows - accepted,
    faults: reader.faults,
  };
}

async function finish(
  reader: BatchReader,
  {
    writer,
    id,
    sha256,
  }: { readonly writer: BatchWriter; readonly id: string; readonly sha256: () => string },
): Promise<BatchResult> {
  const { rows, accepted, faults } = reader;
  if (reader.isRefused) return { kind: 'refused', faults };
  if (accepted === 0) {
    await reader.rollback();
    const empty: RowFault = { line: 1, field: '', message: 'the body is empty; expected at least one row' };
    return { kind: 'refused', faults: rows === 0 ? [empty] : faults };
  }
  await writer.commit({ accepted, bodySha256: sha256() });
  return { kind: 'accepted', batch: id, repeated: false, accepted, rejected: rows - accepted, faults };
}

/**
 * Passes the chunks on. `sha256` returns the hash of the chunks read so far, in hex; it can be
 * called once.
 */
function hashChunks(body: AsyncIterable<Buffer>): {
  readonly chunks: AsyncIterable<Buffer>;
  readonly sha256: () => string;
} {
  const hash = createHash('sha256');
  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const chunk of body) {
      hash.update(chunk);
      yield chunk;
    }
  }
  return { chunks: chunks(), sha256: () => hash.digest('hex') };
}

/**
 * Iterates over the chunks until the signal aborts. Leaving the iteration early does not close the
 * body.
 */
function readUntilAborted(body: AsyncIterable<Buffer>, signal: AbortSignal): AsyncIterable<Buffer> {
  const chunks = body[Symbol.asyncIterator]();
  const next = (): Promise<IteratorResult<Buffer>> =>
    new Promise((resolve, reject) => {
      const abort = (): void => {
        reject(signal.reason as Error);
      };
      if (signal.aborted) {
        abort();
        return;
      }
      signal.addEventListener('abort', abort, { once: true });
      chunks
        .next()
        .then(resolve, reject)
        .finally(() => {
          signal.removeEventListener('abort', abort);
        });
    });
  return { [Symbol.asyncIterator]: () => ({ next }) };
}
