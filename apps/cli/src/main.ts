import { CommanderError } from 'commander';
import { SettingsError, readClientSettings } from '@hourglass/platform';
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

// The reader of a pipe may leave early (`… | head`); that is its right and no error.
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
    throw new CommandError('HOURGLASS_TOKEN is not set; the first start wrote one to credentials.json');
  }
  return createApiClient({ url, token });
}

/** Says what went wrong and answers the exit code: 2 for a wrong use, 1 for a failed outcome. */
function report(error: unknown, json: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const known =
    error instanceof ApiError ||
    error instanceof CommandError ||
    error instanceof SettingsError ||
    // The operating system's word about a file: its message names the file and the reason.
    (error instanceof Error && 'syscall' in error);
  const message = error instanceof Error ? error.message : String(error);
  if (json) {
    const details = error instanceof CommandError ? error.details : {};
    const answer =
      error instanceof ApiError ? { code: error.code, status: error.status, faults: error.faults } : details;
    process.stdout.write(`${JSON.stringify({ ...answer, message })}\n`);
  } else if (error instanceof ApiError && error.faults.length > 0) {
    const lines = error.faults.map(({ line, field, message: text }) => `  line ${line}, ${field}: ${text}`);
    process.stderr.write(`hourglass: ${message}\n${lines.join('\n')}\n`);
  } else {
    process.stderr.write(
      `hourglass: ${known || !(error instanceof Error) ? message : (error.stack ?? message)}\n`,
    );
  }
  return 1;
}
