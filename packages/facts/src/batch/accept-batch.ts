import { createHash } from 'node:crypto';
import type { UndeclaredFields } from '@hourglass/query';
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
  /** How large batches of facts are taken. Without it they go through the hot table like others. */
  readonly bulk?: BulkPorts;
  /** What a bad row does: refuse the whole batch, or be left out and reported. */
  readonly onError: 'refuse' | 'skip';
  /** What a field does that the dataset does not know: is a fault, as by default, or is passed over. */
  readonly undeclaredFields?: UndeclaredFields;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

export type BatchResult =
  | {
      readonly kind: 'accepted';
      readonly batch: string;
      readonly accepted: number;
      readonly rejected: number;
      readonly faults: readonly RowFault[];
    }
  | { readonly kind: 'refused'; readonly faults: readonly RowFault[] }
  /** The id was used for another body. */
  | { readonly kind: 'conflict' };

/**
 * Takes the rows of an NDJSON body: all in one transaction, or none. The same id with the same body gets the
 * first answer again. Memory is bounded by one chunk of the body and one group of facts, or a MiB of the body.
 *
 * The body is not closed when the answer comes before its end, so that a server can still answer on the same
 * connection. Throws what the body, the store or the signal throws, after rolling back.
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
  const reading = new BatchReader({
    check,
    refuseAll: onError === 'refuse' && writer !== null,
    writer,
  });
  const { chunks, sha256 } = hashed(readWhileWanted(body, signal));
  try {
    if (writer !== null && bulk !== undefined && target.kind === 'facts') {
      const accepted = await acceptSpooled(chunks, {
        facts: {
          dataset: target.dataset,
          environmentId: identity.environmentId,
          undeclaredFields,
          nowMs,
          signal,
        },
        bulk,
        writer,
        sha256,
        readRows: (rows) => reading.read(rows),
      });
      if (accepted !== null)
        return { kind: 'accepted', batch: identity.id, accepted, rejected: 0, faults: [] };
    } else {
      await reading.read(chunks);
    }
    signal.throwIfAborted();
    if ('accepted' in opened) return answerAgain(opened.accepted, reading, sha256());
    return await settle(reading, { writer: opened.writer, id: identity.id, sha256 });
  } catch (error) {
    await reading.giveUp();
    throw error;
  }
}

function answerAgain(earlier: AcceptedBatch, reading: BatchReader, bodySha256: string): BatchResult {
  if (bodySha256 !== earlier.bodySha256) return { kind: 'conflict' };
  const { id, accepted } = earlier;
  return {
    kind: 'accepted',
    batch: id,
    accepted,
    rejected: reading.rows - accepted,
    faults: reading.faults,
  };
}

async function settle(
  reading: BatchReader,
  {
    writer,
    id,
    sha256,
  }: { readonly writer: BatchWriter; readonly id: string; readonly sha256: () => string },
): Promise<BatchResult> {
  const { rows, accepted, faults } = reading;
  if (reading.isRefused) return { kind: 'refused', faults };
  if (accepted === 0) {
    await reading.rollback();
    const empty: RowFault = { line: 1, field: '', message: 'the body holds no facts' };
    return { kind: 'refused', faults: rows === 0 ? [empty] : faults };
  }
  await writer.commit({ accepted, bodySha256: sha256() });
  return { kind: 'accepted', batch: id, accepted, rejected: rows - accepted, faults };
}

/** `sha256` answers for the chunks that were read, hex. It may be asked once. */
function hashed(body: AsyncIterable<Buffer>): {
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

/** The body's chunks until the signal fires, by an iterator that does not close the body when it is left. */
function readWhileWanted(body: AsyncIterable<Buffer>, signal: AbortSignal): AsyncIterable<Buffer> {
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
