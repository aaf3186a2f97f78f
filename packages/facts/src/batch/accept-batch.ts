import { acceptSpooled } from '../bulk/accept-spooled.ts';
import { rowFormat } from '../check/row-format.ts';
import type { AcceptBatchOptions, ArrivingBody } from './batch-options.ts';
import { acceptedBatch, readRepeat, refusedBatch, repeatResult, type BatchResult } from './batch-result.ts';
import { BodyMeter } from './body-meter.ts';
import { bodySource } from './body-source.ts';
import { bufferBody, type BufferedBody } from './buffer-body.ts';
import { writeBatch } from './write-batch.ts';

/**
 * Ingests the rows of an NDJSON body in one transaction, all or none. Repeating an id with the same
 * body returns the first result again. The transaction begins when the body has arrived, so that a
 * slow client holds nothing of the database. A body is checked while it arrives; one that does not
 * fit into memory is spooled to files.
 *
 * The body is not closed when the result is known before its end, so that a server can still
 * respond on the same connection. Errors of the body, the store and the signal are thrown after a
 * rollback.
 * @throws BodyLimitReached, ScratchFull
 */
export async function acceptBatch(
  body: AsyncIterable<Buffer>,
  options: AcceptBatchOptions,
): Promise<BatchResult> {
  const { identity, space, limits, onError, signal, times, undeclaredFields = 'refuse' } = options;
  signal.throwIfAborted();
  const format = rowFormat(identity.target, { times, undeclaredFields });
  const meter = new BodyMeter(limits);
  const source = bodySource(body, meter, signal);
  const buffered = await bufferBody(source, {
    format,
    refuseAll: onError === 'refuse',
    memory: space.memory,
  });
  try {
    const rest = { format, meter, source };
    if (buffered.reader.isRefused) return await refuseUnlessRepeated(buffered, rest, options);
    if (buffered.isWhole && !isLarge(buffered, options))
      return await acceptBuffered(buffered, meter, options);
    buffered.release();
    return await acceptSpooled(startingWith(buffered.chunks, source), rest, options);
  } finally {
    buffered.release();
  }
}

function isLarge({ reader }: BufferedBody, { identity, bulk }: AcceptBatchOptions): boolean {
  return bulk !== undefined && identity.target.kind === 'facts' && reader.rows > bulk.maxHotRows;
}

/** Faulty rows do not refuse a batch that was accepted before. */
async function refuseUnlessRepeated(
  { reader, chunks }: BufferedBody,
  { format, meter, source }: ArrivingBody,
  { identity, store }: AcceptBatchOptions,
): Promise<BatchResult> {
  const earlier = await store.findBatch(identity);
  if (earlier === null) return refusedBatch(reader);
  return repeatResult(earlier, await readRepeat(startingWith(chunks, source), format), meter.sha256());
}

async function acceptBuffered(
  { reader, rows }: BufferedBody,
  meter: BodyMeter,
  { identity, store, writePermits, signal }: AcceptBatchOptions,
): Promise<BatchResult> {
  const bodySha256 = meter.sha256();
  if (reader.accepted === 0) {
    const earlier = await store.findBatch(identity);
    return earlier === null ? refusedBatch(reader) : repeatResult(earlier, reader, bodySha256);
  }
  return writePermits.run(signal, async () => {
    if (identity.target.kind === 'facts') {
      const { accepted } = reader;
      const stored = await store.storeTogether(identity, { rows, accepted, bodySha256, signal });
      if (stored === 'stored') return acceptedBatch(identity.id, reader);
    }
    const opened = await store.openBatch(identity);
    if ('accepted' in opened) return repeatResult(opened.accepted, reader, bodySha256);
    return writeBatch(opened.writer, { id: identity.id, signal, bodySha256 }, async (sink) => {
      for (const group of rows) await sink.write(group);
      return reader;
    });
  });
}

/** Passes on the chunks that were read, which it removes, then those that arrive. */
async function* startingWith(chunks: Buffer[], source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  for (let chunk = chunks.shift(); chunk !== undefined; chunk = chunks.shift()) yield chunk;
  yield* source;
}
