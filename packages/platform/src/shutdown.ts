import { endProcess } from './end-process.ts';
import type { Logger } from './logger.ts';

export interface ShutdownPlan {
  readonly log: Logger;
  /** After this time the process exits even if `close` has not finished. */
  readonly deadlineMs: number;
  /** Stops accepting work first and closes connections last. */
  readonly close: () => Promise<void>;
}

/**
 * Closes and exits on SIGTERM, on SIGINT and when the IPC channel to the supervisor closes, so that a
 * killed supervisor leaves no process behind. The exit code is 1 if `close` throws or does not finish
 * within `deadlineMs`. Flushing the log may take another half second.
 */
export function closeOnSignal({ log, deadlineMs, close }: ShutdownPlan): void {
  let closing = false;
  const begin = async (cause: string) => {
    if (closing) return;
    closing = true;
    log.info({ cause }, 'closing');
    const timer = setTimeout(() => {
      log.error({ deadlineMs }, 'not closed in time, exiting');
      endProcess(log, 1);
    }, deadlineMs);
    let exitCode = 0;
    try {
      await close();
      log.info('closed');
    } catch (error) {
      log.error({ err: error }, 'closing failed');
      exitCode = 1;
    }
    clearTimeout(timer);
    endProcess(log, exitCode);
  };
  process.on('SIGTERM', () => void begin('SIGTERM'));
  process.on('SIGINT', () => void begin('SIGINT'));
  process.on('disconnect', () => void begin('supervisor disconnected'));
  // The channel may have closed during startup. Without a supervisor the property does not exist.
  if ('connected' in process && !process.connected) void begin('supervisor disconnected');
}
