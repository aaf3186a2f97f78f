import { gzipSync } from 'node:zlib';
import {
  toFileLine,
  makeNdjsonBatches,
  type NdjsonBatch,
  type RawFact,
  type RowFault,
} from '@hourglass/facts';
import { ApiError, type FactsRequest } from './api-client.ts';
import { CommandError, type CommandContext } from './command-context.ts';

export interface ImportTotals {
  accepted: number;
  rejected: number;
  batches: number;
}

export interface ImportTarget extends Pick<
  FactsRequest,
  'organization' | 'environment' | 'dataset' | 'onError'
> {
  readonly batchRows: number;
  /** Batch ids are this and the number of the batch, so that a repeated import meets its own batches. */
  readonly batchIdPrefix: string;
}

const shownFaults = 100;

/**
 * Sends the facts of one file, batch by batch, and adds to the totals.
 * @throws CommandError that lists bad rows by their line in the file; their batch was not stored, earlier ones
 * are, and the message says how many.
 */
export async function importFile(
  context: CommandContext,
  file: { name: string; facts: AsyncIterable<RawFact> },
  totals: ImportTotals,
  target: ImportTarget,
): Promise<void> {
  const { batchRows, batchIdPrefix, ...request } = target;
  let number = 0;
  for await (const batch of makeNdjsonBatches(file.facts, { maxRows: batchRows })) {
    number += 1;
    if (batch.faults.length > 0 && target.onError === 'refuse')
      throw refused(file.name, batch.faults, totals);
    report(context, file.name, batch.faults);
    totals.rejected += batch.faults.length;
    if (batch.body === '') continue;
    const answer = await send(context, file.name, batch, totals, {
      ...request,
      batchId: `${batchIdPrefix}-${number}`,
    });
    totals.accepted += answer.accepted;
    totals.rejected += answer.rejected;
    totals.batches += 1;
    if (context.messages.isTTY) context.messages.write(`${file.name}: ${totals.accepted} facts\n`);
  }
  if (number === 0) throw new CommandError(`${file.name} holds no facts`);
}

async function send(
  context: CommandContext,
  fileName: string,
  batch: NdjsonBatch,
  totals: ImportTotals,
  request: Omit<FactsRequest, 'gzippedNdjson'>,
): Promise<{ accepted: number; rejected: number }> {
  try {
    const answer = await context
      .api()
      .sendFacts({ ...request, gzippedNdjson: gzipSync(batch.body, { level: 1 }) });
    const faults = (answer.faults ?? []).map((fault) => toFileLine(fault, batch));
    report(context, fileName, faults);
    return { accepted: answer.accepted, rejected: answer.rejected ?? 0 };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.faults.length > 0) {
      const faults = error.faults.map((fault) => toFileLine(fault, batch));
      if (request.onError === 'refuse') throw refused(fileName, faults, totals);
      // Every row of the batch is bad: skipping them all is what was asked for.
      report(context, fileName, faults);
      return { accepted: 0, rejected: batch.fileLines.length };
    }
    throw new CommandError(`${fileName}: ${error.message}`, {
      code: error.code,
      status: error.status,
      ...totals,
    });
  }
}

function refused(fileName: string, faults: readonly RowFault[], totals: ImportTotals): CommandError {
  const lines = faults.slice(0, shownFaults).map((fault) => `  ${shownFault(fault)}`);
  const more = faults.length > shownFaults ? [`  and ${faults.length - shownFaults} more`] : [];
  const stored =
    totals.accepted === 0
      ? 'nothing was stored'
      : `nothing of this batch was stored; ${totals.accepted} facts of earlier batches are`;
  const message = [`${fileName}: ${stored}`, ...lines, ...more].join('\n');
  return new CommandError(message, { ...totals, faults: faults.slice(0, shownFaults) });
}

function report(context: CommandContext, fileName: string, faults: readonly RowFault[]): void {
  for (const fault of faults) context.messages.write(`${fileName}: left out ${shownFault(fault)}\n`);
}

function shownFault({ line, field, message }: RowFault): string {
  return field === '' ? `line ${line}: ${message}` : `line ${line}, ${field}: ${message}`;
}
