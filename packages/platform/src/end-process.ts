import type { Logger } from './logger.ts';

const maxLastLinesMs = 500;

/**
 * Ends this process once its log is written. An exit waits for writes that are under way, so a reader of the log
 * that sleeps would keep the process for ever: after `maxLastLinesMs` it is killed.
 */
export function endProcess(log: Logger, exitCode: number): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), maxLastLinesMs);
  log.flush(() => process.exit(exitCode));
}
