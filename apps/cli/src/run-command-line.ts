import type { Readable, Writable } from 'node:stream';
import { describeFailure, isClosedPipe, printFailure } from './failures.ts';
import type { LocalContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { createProgram } from './program.ts';
import { withFileName } from './system-errors.ts';

/** The surroundings of one run. */
export interface CommandLine {
  /** Without the program's name. */
  readonly args: readonly string[];
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & { readonly isTTY?: boolean };
  readonly messages: Writable & { readonly isTTY?: boolean };
  /** Ends the command, which then removes its temporary files. */
  readonly stop: AbortSignal;
}

/** Runs one command and returns the exit code: 0, 1 for a failure, 2 for wrong use. Prints every error as one line. */
export async function runCommandLine({ args, environment, stop, ...streams }: CommandLine): Promise<number> {
  const json = args.includes('--json');
  const outputFailed = watchOutput(streams.output);
  const context: LocalContext = {
    ...streams,
    environment,
    signal: AbortSignal.any([stop, outputFailed]),
    json: () => json,
  };
  // A reader of messages that went away is no reason to stop.
  streams.messages.on('error', () => undefined);
  const reportWith = { ...context, stacks: args.includes('--debug') };
  let code = 0;
  try {
    const program = await createProgram(args, context);
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    // A failed output is the cause of all that follows, and is reported below.
    if (!outputFailed.aborted) code = report(causeOf(error, stop), reportWith);
  }
  const failure = outputFailure(await written(streams.output), outputFailed);
  if (failure === null) return code;
  // A reader that ends early, such as `head`, has what it wants.
  return isClosedPipe(failure) ? 0 : report(failure, { ...reportWith, json: () => false });
}

/** Prints the error and returns the exit code. */
function report(error: unknown, context: Parameters<typeof printFailure>[1]): number {
  const failure = describeFailure(error);
  printFailure(failure, context);
  return failure.exitCode;
}

/** A command that a signal ended may say more about its end than the signal. */
function causeOf(error: unknown, stop: AbortSignal): unknown {
  return stop.aborted && !(error instanceof CommandError) ? stop.reason : error;
}

/** Returns a signal that aborts when standard output fails: its reader ended, or its disk is full. */
function watchOutput(output: Writable): AbortSignal {
  const failed = new AbortController();
  output.on('error', (error) => failed.abort(error));
  return failed.signal;
}

/** Waits until everything before is written. Returns the error if that failed. */
async function written(output: Writable): Promise<unknown> {
  // A failed stream of a file calls back no more.
  if (output.errored !== null) return output.errored;
  return new Promise((resolve) => {
    output.write('', (error) => resolve(output.errored ?? error ?? null));
  });
}

/** Node.js repairs its standard output after an error, so a later write may succeed. */
function outputFailure(failure: unknown, failed: AbortSignal): unknown {
  const first: unknown = failed.aborted ? failed.reason : failure;
  return isClosedPipe(first) ? first : withFileName('standard output', first);
}
