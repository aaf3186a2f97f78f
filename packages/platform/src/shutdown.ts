import { endProcess } from './end-process.ts';
import type { Logger } from './logger.ts';

export interface ShutdownPlan {
  readonly log: Logger;
  /** After this the process ends whatever is still open. */
  readonly deadlineMs: number;
  /** Closes everything, in order: stop taking work first, connections last. */
  readonly close: () => Promise<void>;
}

/**
 * Closes on SIGTERM, SIGINT and when the supervisor that started this process is gone (its IPC channel
 * closes), so that a killed supervisor leaves no process behind. A step that throws or hangs makes the exit
 * code 1 and delays the end no longer than `deadlineMs`, and half a second for the log.
 */
export function closeOnSignal({ log, deadlineMs, close }: ShutdownPlan): void {
  let closing = false;
  const begin = async (cause: string) => {
    if (closing) return;
    closing = true;
    log.info({ cause }, 'closing');
    const timer = setTimeout(() => {
      log.error({ deadlineMs }, 'not closed in time, ending anyway');
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
  process.on('disconnect', () => void begin('the supervisor is gone'));
  // It may have gone while this process was starting. Without a supervisor there is no such property.
  if ('connected' in process && !process.connected) void begin('the supervisor is gone');
}
