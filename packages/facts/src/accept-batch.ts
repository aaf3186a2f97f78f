import { createHash } from 'node:crypto';
import type { UndeclaredFields } from '@hourglass/query';
import { createFactChecker, type RowChecker } from './check-fact.ts';
import { createRecordChecker } from './check-record.ts';
import { parseNdjsonLine } from './formats/ndjson.ts';
import { splitLines } from './lines.ts';
import type { Line } from './lines.ts';
import type { AcceptedBatch, BatchIdentity, BatchWriter, EncodedRow, FactStore } from './ports.ts';
import type { RowFault } from './raw-fact.ts';

export interface AcceptBatchOptions {
  readonly identity: BatchIdentity;
  readonly store: FactStore;
  /** What a bad row does: refuse the whole batch, or be left out and reported. */
  readonly onError: 'refuse' | 'skip';
  /** What a field does that the dataset does not know: is a fault, as by default, or is passed over. */
  readonly undeclaredFields?: UndeclaredFields;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

export type BatchAnswer =
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

export const maxReportedFaults = 100;
const maxGroupFacts = 1000;
const maxGroupChars = 1024 * 1024;

/**
 * Takes the rows of an NDJSON body: all in one transaction, or none. The same id with the same body gets the
 * first answer again. Memory is bounded by one chunk of the body and one group of facts.
 *
 * The body is not closed when the answer comes before its end, so that a server can still answer on the same
 * connection. Throws what the body, the store or the signal throws, after rolling back.
 */
export async function acceptBatch(
  body: AsyncIterable<Buffer>,
  options: AcceptBatchOptions,
): Promise<BatchAnswer> {
  const { identity, store, onError, undeclaredFields = 'refuse', nowMs, signal } = options;
  signal.throwIfAborted();
  const { target } = identity;
  const check =
    target.kind === 'records'
      ? createRecordChecker(target.records)
      : createFactChecker(target.dataset, { nowMs, undeclaredFields });
  const opened = await store.openBatch(identity);
  const writer = 'writer' in opened ? opened.writer : null;
  const reading = new BatchReading({
    check,
    refuseAll: onError === 'refuse' && writer !== null,
    writer,
  });
  try {
    await reading.read(readWhileWanted(body, signal));
    signal.throwIfAborted();
    if ('accepted' in opened) return answerAgain(opened.accepted, reading);
    return await settle(reading, opened.writer, identity);
  } catch (error) {
    await reading.giveUp();
    throw error;
  }
}

function answerAgain(earlier: AcceptedBatch, reading: BatchReading): BatchAnswer {
  if (reading.bodySha256() !== earlier.bodySha256) return { kind: 'conflict' };
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
  reading: BatchReading,
  writer: BatchWriter,
  { id }: BatchIdentity,
): Promise<BatchAnswer> {
  const { rows, accepted, faults } = reading;
  if (reading.isRefused) return { kind: 'refused', faults };
  if (accepted === 0) {
    await reading.rollback();
    const empty: RowFault = { line: 1, field: '', message: 'the body holds no facts' };
    return { kind: 'refused', faults: rows === 0 ? [empty] : faults };
  }
  await writer.commit({ accepted, bodySha256: reading.bodySha256() });
  return { kind: 'accepted', batch: id, accepted, rejected: rows - accepted, faults };
}

/** One pass over a body: hashes it, checks its rows and writes the good ones in groups. */
class BatchReading {
  rows = 0;
  accepted = 0;
  /** The first ones; the batch is not told about more. */
  readonly faults: RowFault[] = [];
  /** A row was bad, and that refuses the batch: its transaction is already rolled back. */
  isRefused = false;
  private readonly check: RowChecker;
  private readonly refuseAll: boolean;
  /** Null when nothing is to be written: the batch was accepted before, or is refused. */
  private writer: BatchWriter | null;
  private readonly hash = createHash('sha256');
  private group: EncodedRow[] = [];
  private groupChars = 0;

  constructor(options: { check: RowChecker; refuseAll: boolean; writer: BatchWriter | null }) {
    this.check = options.check;
    this.refuseAll = options.refuseAll;
    this.writer = options.writer;
  }

  async read(body: AsyncIterable<Buffer>): Promise<void> {
    for await (const lines of splitLines(this.hashed(body))) {
      for (const line of lines) {
        this.take(line);
        if (this.isRefused) {
          await this.rollback();
          if (this.faults.length >= maxReportedFaults) return;
        } else if (this.group.length >= maxGroupFacts || this.groupChars >= maxGroupChars) {
          await this.writeGroup();
        }
      }
    }
    await this.writeGroup();
  }

  /** Of the bytes read so far. May be asked for once. */
  bodySha256(): string {
    return this.hash.digest('hex');
  }

  async rollback(): Promise<void> {
    const writer = this.writer;
    this.writer = null;
    this.group = [];
    await writer?.rollback();
  }

  /** Rolls back on the way out of an error, which a second one must not hide. */
  async giveUp(): Promise<void> {
    await this.rollback().catch(() => {});
  }

  private take(line: Line): void {
    this.rows += 1;
    const raw = parseNdjsonLine(line);
    if ('fault' in raw) {
      this.reject([{ line: raw.line, field: '', message: raw.fault }]);
      return;
    }
    const checked = this.check(raw);
    if ('faults' in checked) {
      this.reject(checked.faults);
      return;
    }
    this.accepted += 1;
    if (this.writer === null) return;
    this.group.push(checked);
    this.groupChars += checked.copyLine.length;
  }

  private reject(faults: readonly RowFault[]): void {
    this.faults.push(...faults.slice(0, maxReportedFaults - this.faults.length));
    this.isRefused = this.refuseAll;
  }

  private async writeGroup(): Promise<void> {
    const group = this.group;
    this.group = [];
    this.groupChars = 0;
    if (group.length > 0) await this.writer?.write(group);
  }

  private async *hashed(body: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of body) {
      this.hash.update(chunk);
      yield chunk;
    }
  }
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
