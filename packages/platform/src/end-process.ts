import type { Logger } from './logger.ts';

const maxFlushMs = 500;

/**
 * Exits after flushing the log. `process.exit` waits for pending writes, so a stalled reader of the log
 * would keep the process alive for ever: after `maxFlushMs` the process kills itself.
 */
export function endProcess(log: Logger, exitCode: number): void {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), maxFlushMs);
  log.flush(() => process.exit(exitCode));
}
