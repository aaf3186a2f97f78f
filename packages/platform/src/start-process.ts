import { SettingsError } from './settings.ts';
import { StartError } from './start-error.ts';

/**
 * Runs an entry point. Only its own account can read the files that it creates, whatever the umask
 * was. On an error it exits with code 1, after printing the faults of the settings or the file that
 * cannot be used in one line. Other errors are bugs.
 * @param options.stacks whether a bug is printed with its stack
 */
export function startProcess(main: () => Promise<void>, { stacks = true } = {}): void {
  process.umask(0o077);
  main().catch((error: unknown) => {
    process.stderr.write(`hourglass: ${describeStartFailure(error, stacks)}\n`);
    process.exit(1);
  });
}

export function describeStartFailure(error: unknown, stacks: boolean): string {
  if (!(error instanceof Error)) return String(error);
  // An error of the operating system names the file in its message.
  const isExpected = error instanceof SettingsError || error instanceof StartError || 'syscall' in error;
  if (isExpected) return error.message;
  if (stacks) return error.stack ?? error.message;
  return `unexpected error: ${error.message}; --debug shows its stack`;
}
