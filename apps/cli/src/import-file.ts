import { gzipSync } from 'node:zlib';
import {
  toFileLine,
  makeNdjsonBatches,
  type NdjsonBatch,
  type RawFact,
  type RowFault,
} from '@hourglass/facts';
import { counted } from '@hourglass/contract/messages';
import { ApiError, type FactsRequest } from './api-client.ts';
import type { BatchIds } from './batch-ids.ts';
import type { CommandContext } from './command-context.ts';
import { CommandError, type Fault } from './command-error.ts';
import { describeFault } from './failures.ts';

export interface ImportTotals {
  /** Facts and batches that this import stored. */
  accepted: number;
  batches: number;
  rejected: number;
  /** Facts and batches that an earlier import had stored. */
  repeatedFacts: number;
  repeatedBatches: number;
}

export interface ImportTarget extends Pick<
  FactsRequest,
  'organization' | 'environment' | 'dataset' | 'onError'
> {
  readonly batchRows: number;
  readonly batchIds: BatchIds;
}

interface FactsFile {
  readonly name: string;
  /** From 1, among the files of the import. */
  readonly number: number;
  readonly facts: AsyncIterable<readonly RawFact[]>;
  /** Throws CommandError if the file is damaged, which its rows before the end do not prove. */
  readonly requireIntact: () => Promise<void>;
}

/**
 * Sends the facts of one file in batches and updates the totals.
 * @throws CommandError that says what earlier batches stored. For a refused batch it lists the bad rows
 * by their line in the file.
 */
export async function importFile(
  context: CommandContext,
  file: FactsFile,
  totals: ImportTotals,
  target: ImportTarget,
): Promise<void> {
  try {
    await sendBatches(context, file, totals, target);
  } catch (error) {
    const failure = context.signal.aborted ? new CommandError('interrupted') : await causeOf(error, file);
    if (!(failure instanceof CommandError)) throw failure;
    const { message, details, faults } = failure;
    const named = message.startsWith(file.name) ? message : `${file.name}: ${message}`;
    throw new CommandError(
      `${named}; ${describeStored(totals)}`,
      { ...details, ...totals },
      { faults, cause: error },
    );
  }
}

/** Bad rows may come of a damaged file. */
async function causeOf(error: unknown, { requireIntact }: FactsFile): Promise<unknown> {
  if (!(error instanceof CommandError) || error.faults.length === 0) return error;
  return requireIntact().then(
    () => error,
    (damage: unknown) => damage,
  );
}

function describeStored({ accepted, batches, repeatedBatches }: ImportTotals): string {
  const repeated = counted(repeatedBatches, 'earlier batch was', 'earlier batches were');
  if (batches === 0)
    return repeatedBatches === 0 ? 'nothing was stored' : `nothing was stored, ${repeated} imported before`;
  return `${counted(batches, 'earlier batch', 'earlier batches')} stored ${counted(accepted, 'fact')}`;
}

async function sendBatches(
  context: CommandContext,
  file: FactsFile,
  totals: ImportTotals,
  target: ImportTarget,
): Promise<void> {
  const { batchRows, batchIds, ...request } = target;
  let number = 0;
  let readingEnd: RowFault | null = null;
  for await (const batch of makeNdjsonBatches(file.facts, { maxRows: batchRows })) {
    number += 1;
    if (batch.faults.length > 0 && target.onError === 'refuse') throw refused(batch.faults);
    readingEnd = batch.readingEnd;
    const skipped = batch.faults.filter((fault) => fault !== batch.readingEnd);
    reportSkipped(context, file.name, skipped);
    totals.rejected += skipped.length;
    if (batch.body === '') continue;
    const response = await send(context, file.name, batch, {
      ...request,
      batchId: batchIds(batch, { fileNumber: file.number, batchNumber: number }),
    });
    totals.rejected += response.rejected;
    if (response.repeated) {
      totals.repeatedFacts += response.accepted;
      totals.repeatedBatches += 1;
      context.messages.write(`${file.name}: ${linesOf(batch)}: already imported, nothing stored\n`);
      continue;
    }
    totals.accepted += response.accepted;
    totals.batches += 1;
    if (context.messages.isTTY) context.messages.write(`${file.name}: ${counted(totals.accepted, 'fact')}\n`);
  }
  // `skip` leaves out bad rows, but not the unread rest of a file.
  if (readingEnd !== null) throw new CommandError('the rest was not read', {}, { faults: [readingEnd] });
  if (number === 0) throw new CommandError(`${file.name}: no facts; expected at least one`);
}

interface SentBatch {
  readonly accepted: number;
  readonly rejected: number;
  readonly repeated: boolean;
}

async function send(
  context: CommandContext,
  fileName: string,
  batch: NdjsonBatch,
  request: Omit<FactsRequest, 'gzippedNdjson'>,
): Promise<SentBatch> {
  try {
    const response = await context
      .api()
      .sendFacts({ ...request, gzippedNdjson: gzipSync(batch.body, { level: 1 }) });
    const faults = (response.faults ?? []).map((fault) => toFileLine(fault, batch));
    reportSkipped(context, fileName, faults);
    const { accepted, rejected = 0, repeated = false } = response;
    return { accepted, rejected, repeated };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const faults = error.faults.filter(hasLine).map((fault) => toFileLine(fault, batch));
    if (faults.length === 0) throw error;
    if (request.onError === 'refuse') throw refused(faults);
    // Every row of the batch is bad, and `onError` is `skip`.
    reportSkipped(context, fileName, faults);
    return { accepted: 0, rejected: batch.fileLines.length, repeated: false };
  }
}

function refused(faults: readonly RowFault[]): CommandError {
  return new CommandError('a batch with bad rows was refused', {}, { faults });
}

function linesOf({ fileLines }: NdjsonBatch): string {
  const [first] = fileLines;
  const last = fileLines.at(-1);
  return first === last ? `line ${first}` : `lines ${first} to ${last}`;
}

function hasLine(fault: Fault): fault is RowFault {
  return fault.line !== undefined;
}

function reportSkipped(context: CommandContext, fileName: string, faults: readonly RowFault[]): void {
  for (const fault of faults) context.messages.write(`${fileName}: skipped ${describeFault(fault)}\n`);
}
