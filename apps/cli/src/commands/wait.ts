import { setTimeout as delay } from 'node:timers/promises';
import { Presets, SingleBar } from 'cli-progress';
import { InvalidArgumentError, type Command } from 'commander';
import type { QueryStatus } from '@hourglass/contract';
import { CommandError, printAnswer, type CommandContext } from '../command-context.ts';
import { placeOf, withPlace, type PlaceOptions } from '../place-options.ts';

interface WaitOptions extends PlaceOptions {
  readonly timeoutSeconds: number | undefined;
}

const pollEveryMs = 500;

/** `hourglass wait ID`: returns once the query ended; a query without a result makes the exit code 1. */
export function addWaitCommand(program: Command, context: CommandContext): void {
  withPlace(program.command('wait'))
    .description('wait until a query ended, showing its progress')
    .argument('<id>', 'id of the query')
    .option('--timeout-seconds <seconds>', 'give up after this time (the query goes on)', seconds)
    .action(async (id: string, options: WaitOptions) => {
      const view = context.messages.isTTY ? progressBar(context) : plainLines(context);
      const giveUpAtMs =
        options.timeoutSeconds === undefined ? Infinity : performance.now() + options.timeoutSeconds * 1000;
      let status = await context.api().status(placeOf(options), id);
      view.show(status);
      while (status.state === 'enqueued' || status.state === 'running') {
        if (performance.now() > giveUpAtMs) {
          view.end();
          throw new CommandError(`query ${id} is still ${status.state}`, { ...status });
        }
        await delay(pollEveryMs);
        status = await context.api().status(placeOf(options), id);
        view.show(status);
      }
      view.end();
      if (status.state !== 'completed') {
        throw new CommandError(`query ${id} ${status.state}: ${status.error ?? 'it has no result'}`, {
          ...status,
        });
      }
      const size = `${status.resultRows ?? 0} rows, ${status.resultFileSize ?? ''}, ${status.executionTime ?? ''}`;
      printAnswer(context, { id, ...status }, `completed: ${size}`);
    });
}

interface ProgressView {
  show(status: QueryStatus): void;
  end(): void;
}

function progressBar(context: CommandContext): ProgressView {
  const bar = new SingleBar(
    {
      format: '{doing} [{bar}] {percentage}% after {duration_formatted}, {scanned} rows scanned',
      stream: context.messages,
      hideCursor: true,
    },
    Presets.shades_classic,
  );
  bar.start(100, 0, { doing: 'waiting'.padEnd(10), scanned: 0 });
  return {
    show: ({ progress, phase, state, rowsScanned }) =>
      bar.update(progress ?? 0, { doing: (phase ?? state).padEnd(10), scanned: rowsScanned ?? 0 }),
    end: () => bar.stop(),
  };
}

/** A line whenever something changed, for logs and pipes. */
function plainLines(context: CommandContext): ProgressView {
  let last = '';
  return {
    show({ state, phase, progress, rowsScanned }) {
      const doing = phase === undefined ? '' : `, ${phase}, ${rowsScanned ?? 0} rows scanned`;
      const line = `${state} ${progress ?? 0}%${doing}`;
      if (line !== last) context.messages.write(`${line}\n`);
      last = line;
    },
    end: () => undefined,
  };
}

function seconds(value: string): number {
  const parsed = Number(value);
  if (Number.isFinite(parsed) && parsed > 0) return parsed;
  throw new InvalidArgumentError('expected a number of seconds above 0');
}
