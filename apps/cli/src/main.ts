import { CommanderError } from 'commander';
import { SettingsError, readClientSettings } from '@hourglass/platform/settings';
import { ApiError, createApiClient, type ApiClient } from './api-client.ts';
import { CommandError, type CommandContext } from './command-context.ts';
import { createProgram } from './program.ts';

const program = createProgram((json) => {
  let client: ApiClient | undefined;
  return {
    api: () => (client ??= connect()),
    settings: () => readClientSettings(),
    output: process.stdout,
    messages: process.stderr,
    input: process.stdin,
    json,
  } satisfies CommandContext;
});

// A reader of a pipe that stops early (`… | head`) is not an error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error, program.opts<{ json?: boolean }>().json === true);
}

function connect(): ApiClient {
  const { url, token } = readClientSettings();
  if (token === null) {
    throw new CommandError(
      'HOURGLASS_TOKEN: unset; expected a bearer token, such as the one in credentials.json',
    );
  }
  return createApiClient({ url, token });
}

/** Prints the error and returns the exit code: 2 for wrong usage, 1 for a failed outcome. */
function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...detailsOf(error), message })}\n`);
  } else {
    const shown = isExpected(error) || !(error instanceof Error) ? message : (error.stack ?? message);
    process.stderr.write([`hourglass: ${shown}`, ...faultLines(error), ''].join('\n'));
  }
  return 1;
}

/** Unexpected errors are bugs and are printed with their stack. */
function isExpected(error: unknown): boolean {
  return (
    error instanceof ApiError ||
    error instanceof CommandError ||
    error instanceof SettingsError ||
    // An error of the operating system; its message names the file and the reason.
    (error instanceof Error && 'syscall' in error)
  );
}

function detailsOf(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof ApiError) return { code: error.code, status: error.status, faults: error.faults };
  return error instanceof CommandError ? error.details : {};
}

function faultLines(error: unknown): readonly string[] {
  if (!(error instanceof ApiError)) return [];
  return error.faults.map(({ line, field, message }) => `  line ${line}, ${field}: ${message}`);
}
