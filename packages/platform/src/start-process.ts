import { SettingsError } from './settings.ts';

/** Runs an entry point. On an error it exits with code 1, after printing the faults of the settings or a stack. */
export function startProcess(main: () => Promise<void>): void {
  main().catch((error: unknown) => {
    if (error instanceof SettingsError) process.stderr.write(`hourglass: ${error.message}\n`);
    else
      process.stderr.write(
        `hourglass: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
    process.exit(1);
  });
}
