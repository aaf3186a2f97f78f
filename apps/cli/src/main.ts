import { CommandError } from './command-error.ts';
import { runCommandLine } from './run-command-line.ts';
import { standardOutput } from './standard-output.ts';

/** A command that does not end in this time after a signal is ended by it. */
const graceMs = 2_000;

const stop = new AbortController();
let received: NodeJS.Signals = 'SIGTERM';
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    received = signal;
    stop.abort(new CommandError(`ended by ${signal}`));
    setTimeout(endBySignal, graceMs).unref();
  });
}

process.exitCode = await runCommandLine({
  args: process.argv.slice(2),
  input: process.stdin,
  output: standardOutput(),
  messages: process.stderr,
  stop: stop.signal,
});
if (stop.signal.aborted) endBySignal();

/** As the signal does by default, so that a shell ends a loop of commands too. */
function endBySignal(): void {
  process.kill(process.pid, received);
}
