import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import type { AcceptBatchOptions, ArrivingBody } from '../batch/batch-options.ts';
import { BatchReader } from '../batch/batch-reader.ts';
import { readRepeat, repeatResult, type BatchResult } from '../batch/batch-result.ts';
import { writeBatch } from '../batch/write-batch.ts';
import type { RowFault } from '../formats/raw-fact.ts';
import { BodyConversion } from './convert-body.ts';
import { countLineFeeds } from './line-files.ts';
import { readFiles, spoolBody, type SpooledBody } from './spool-body.ts';
import { storeConverted } from './store-converted.ts';

/** The bodies of an organization that are being received fill its scratch space. */
export class ScratchFull extends Error {
  readonly maxBytes: number;

  constructor(maxBytes: number) {
    super(`the bodies being received fill the scratch space of ${maxBytes} bytes`);
    this.name = 'ScratchFull';
    this.maxBytes = maxBytes;
  }
}

/**
 * Spools the body to files before anything is written. A large body of facts is converted to
 * segments meanwhile, which go live when the batch is committed; the others, and those that the
 * encoder declined, are read row by row.
 */
export async function acceptSpooled(
  body: AsyncIterable<Buffer>,
  arriving: ArrivingBody,
  options: AcceptBatchOptions,
): Promise<BatchResult> {
  const { space, bulk } = options;
  const directory = path.join(space.scratchDirectory, randomUUID());
  const conversion = conversionOf(directory, arriving, options);
  let takenBytes = 0;
  try {
    const spooled = await spoolBody(body, {
      maxHotRows: bulk?.maxHotRows ?? Infinity,
      directory,
      takeScratch(bytes) {
        if (!space.scratch.tryTake(bytes)) throw new ScratchFull(space.scratch.maxBytes);
        takenBytes += bytes;
      },
      onFile: (file) => conversion?.add(file),
      isRefused: () => (conversion?.refusal ?? null) !== null,
    });
    const converted = conversion === null || !spooled.isLarge ? 'declined' : await conversion.end();
    const refusal = conversion?.refusal ?? null;
    if (refusal !== null) return { kind: 'refused', faults: refusal };
    const bodySha256 = arriving.meter.sha256();
    if (converted === 'declined') return await acceptRows(spooled, bodySha256, arriving, options);
    const stored = await storeConverted(converted, bodySha256, options);
    return stored.kind === 'written'
      ? stored.result
      : repeatResult(stored.earlier, await readRepeat(spooled.replay(), arriving.format), bodySha256);
  } finally {
    await conversion?.stop();
    // A committed batch must not fail. An API that starts removes what is left.
    await rm(directory, { recursive: true, force: true }).catch(() => {});
    space.scratch.release(takenBytes);
  }
}

function conversionOf(
  directory: string,
  { format }: ArrivingBody,
  { identity, store, bulk, undeclaredFields = 'refuse', onError, times, signal }: AcceptBatchOptions,
): BodyConversion | null {
  const { target, environmentId } = identity;
  if (bulk === undefined || target.kind !== 'facts') return null;
  return new BodyConversion({
    encoder: bulk.encoder,
    body: { dataset: target.dataset, environmentId, undeclaredFields, times, directory },
    signal,
    // A batch that was accepted before is only read again.
    reserveBatch: async () => ((await store.findBatch(identity)) === null ? store.reserveBatch() : null),
    findFaults: onError === 'refuse' ? (files) => faultsOfLast(files, format) : () => Promise.resolve([]),
  });
}

/** Returns the faults of the last file, with the numbers of lines in the body. */
async function faultsOfLast(
  files: readonly string[],
  format: ArrivingBody['format'],
): Promise<readonly RowFault[]> {
  let linesBefore = 0;
  for await (const chunk of readFiles(files.slice(0, -1))) linesBefore += countLineFeeds(chunk);
  const reader = new BatchReader({ format, refuseAll: true, sink: null, linesBefore });
  await reader.read(readFiles(files.slice(-1)));
  return reader.faults;
}

async function acceptRows(
  spooled: SpooledBody,
  bodySha256: string,
  { format }: ArrivingBody,
  { identity, store, writePermits, onError, signal }: AcceptBatchOptions,
): Promise<BatchResult> {
  return writePermits.run(signal, async () => {
    const opened = await store.openBatch(identity);
    if ('accepted' in opened)
      return repeatResult(opened.accepted, await readRepeat(spooled.replay(), format), bodySha256);
    return writeBatch(opened.writer, { id: identity.id, signal, bodySha256 }, async (sink) => {
      const reader = new BatchReader({ format, refuseAll: onError === 'refuse', sink });
      await reader.read(spooled.replay());
      return reader;
    });
  });
}
