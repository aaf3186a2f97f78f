import { gzipSync } from 'node:zlib';
import {
  toFileLine,
  makeNdjsonBatches,
  type NdjsonBatch,
  type RawFact,
  type RowFault,
} from '@hourglass/facts';
import { ApiError, type FactsRequest } from './api-client.ts';
import type { BatchIds } from './batch-ids.ts';
import { CommandError, type CommandContext } from './command-context.ts';

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

const maxListedFaults = 100;

/**
 * Sends the facts of one file in batches and updates the totals.
 * @throws CommandError that lists the bad rows of a refused batch by their line in the file, and the
 * number of facts that earlier batches stored.
 */
export async function importFile(
  context: CommandContext,
  file: { name: string; number: number; facts: AsyncIterable<RawFact> },
  totals: ImportTotals,
  target: ImportTarget,
): Promise<void> {
  const { batchRows, batchIds, ...request } = target;
  let number = 0;
  for await (const batch of makeNdjsonBatches(file.facts, { maxRows: batchRows })) {
    number += 1;
    if (batch.faults.length > 0 && target.onError === 'refuse') {
      throw refused(file.name, batch.faults, totals);
    }
    reportSkipped(context, file.name, batch.faults);
    totals.rejected += batch.faults.length;
    if (batch.body === '') continue;
    const response = await send(context, file.name, batch, totals, {
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
    if (context.messages.isTTY) context.messages.write(`${file.name}: ${totals.accepted} facts\n`);
  }
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
  totals: ImportTotals,
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
    if (error.faults.length > 0) {
      const faults = error.faults.map((fault) => toFileLine(fault, batch));
      if (request.onError === 'refuse') throw refused(fileName, faults, totals);
      // Every row of the batch is bad, and `onError` is `skip`.
      reportSkipped(context, fileName, faults);
      return { accepted: 0, rejected: batch.fileLines.length, repeated: false };
    }
    throw new CommandError(`${fileName}: ${error.message}`, {
      code: error.code,
      status: error.status,
      ...totals,
    });
  }
}

function refused(fileName: string, faults: readonly RowFault[], totals: ImportTotals): CommandError {
  const lines = faults.slice(0, maxListedFaults).map((fault) => `  ${describeFault(fault)}`);
  const more = faults.length > maxListedFaults ? [`  and ${faults.length - maxListedFaults} more`] : [];
  const stored =
    totals.accepted === 0
      ? 'nothing was stored'
      : `nothing was stored of this batch; earlier batches stored ${totals.accepted} facts`;
  const message = [`${fileName}: ${stored}`, ...lines, ...more].join('\n');
  return new CommandError(message, { ...totals, faults: faults.slice(0, maxListedFaults) });
}

function linesOf({ fileLines }: NdjsonBatch): string {
  const [first] = fileLines;
  const last = fileLines.at(-1);
  return first === last ? `line ${first}` : `lines ${first} to ${last}`;
}

function reportSkipped(context: CommandContext, fileName: string, faults: readonly RowFault[]): void {
  for (const fault of faults) context.messages.write(`${fileName}: skipped ${describeFault(fault)}\n`);
}

function describeFault({ line, field, message }: RowFault): string {
  return field === '' ? `line ${line}: ${message}` : `line ${line}, ${field}: ${message}`;
}
