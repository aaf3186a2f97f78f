import { Presets, SingleBar } from 'cli-progress';
import { InvalidArgumentError, type Command } from 'commander';
import type { QueryStatus } from '@hourglass/contract';
import { counted } from '@hourglass/contract/messages';
import { printResult, type CommandContext } from '../command-context.ts';
import { CommandError } from '../command-error.ts';
import { followQuery, type ShownStatus } from '../follow-query.ts';
import { placeOf, withPlace, type PlaceOptions } from '../options.ts';

interface WaitOptions extends PlaceOptions {
  readonly timeoutSeconds: number | undefined;
}

/** `hourglass wait ID`: fails unless the query completes. */
export function configureWait(command: Command, context: CommandContext): void {
  withPlace(command)
    .argument('<id>', 'id of the query')
    .option(
      '--timeout-seconds <seconds>',
      'stop waiting after this time; the query continues',
      positiveNumber,
    )
    .action(async (id: string, options: WaitOptions) => {
      const view = context.messages.isTTY ? progressBar(context) : progressLines(context);
      const status = await waitForEnd(context, id, options, view);
      if (status.state !== 'completed') {
        throw new CommandError(`query ${id} ${status.state}: ${status.error ?? 'no result'}`, { ...status });
      }
      const size = `${counted(status.resultRows ?? 0, 'row')}, ${status.resultFileSize ?? ''}, ${status.executionTime ?? ''}`;
      printResult(context, { id, ...status }, `completed: ${size}`);
    });
}

/** Returns the final status. @throws CommandError after the timeout. */
async function waitForEnd(
  context: CommandContext,
  id: string,
  { timeoutSeconds = Infinity, ...place }: WaitOptions,
  view: ProgressView,
): Promise<QueryStatus> {
  const { signal } = context;
  const deadlineMs = performance.now() + timeoutSeconds * 1000;
  const followed = { place: placeOf(place), id, deadlineMs, signal, show: view.show };
  try {
    const status = await followQuery(context.api(), followed);
    if (status.state !== 'enqueued' && status.state !== 'running') return status;
    throw new CommandError(`query ${id} is still ${status.state}`, { ...status });
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new CommandError(`stopped waiting; query ${id} continues`, {}, { cause: error });
  } finally {
    view.end();
  }
}

interface ProgressView {
  readonly show: (status: ShownStatus) => void;
  end(): void;
}

function progressBar(context: CommandContext): ProgressView {
  const bar = new SingleBar(
    {
      format: '{doing} [{bar}] {percentage}% after {duration_formatted}, {scanned}',
      stream: context.messages,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  bar.start(100, 0, { doing: 'waiting'.padEnd(10), scanned: `${counted(0, 'row')} scanned` });
  return {
    show: ({ progress, phase, state, rowsScanned, queue }) =>
      bar.update(progress ?? 0, {
        doing: (phase ?? state).padEnd(10),
        scanned: queue === undefined ? `${counted(rowsScanned ?? 0, 'row')} scanned` : placeText(queue),
      }),
    end: () => bar.stop(),
  };
}

/** Prints a line on each change, for logs and pipes. */
function progressLines(context: CommandContext): ProgressView {
  let [lastLine, lastPosition] = ['', 0];
  return {
    show({ state, phase, progress, rowsScanned, queue }) {
      const doing = phase === undefined ? '' : `, ${phase}, ${counted(rowsScanned ?? 0, 'row')} scanned`;
      const line = `${state} ${progress ?? 0}%${doing}`;
      // An event has no place, and another estimate alone is no change.
      const position = queue?.position ?? lastPosition;
      if (line === lastLine && position === lastPosition) return;
      context.messages.write(`${line}${queue === undefined ? '' : `, ${placeText(queue)}`}\n`);
      [lastLine, lastPosition] = [line, position];
    },
    end: () => undefined,
  };
}

function placeText({ position, eta }: NonNullable<QueryStatus['queue']>): string {
  return `position ${position}, done in ${Math.ceil(eta.p50)} to ${Math.ceil(eta.p90)} s`;
}

/** @throws InvalidArgumentError */
function positiveNumber(value: string): number {
  const parsed = Number(value);
  if (Number.isFinite(parsed) && parsed > 0) return parsed;
  throw new InvalidArgumentError('expected a number greater than 0');
}
