import { SettingsError } from './settings.ts';

/** Runs an entry point. Bad settings are listed without a stack; anything else ends the process with one. */
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
