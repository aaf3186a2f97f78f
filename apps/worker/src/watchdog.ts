import { Worker } from 'node:worker_threads';
import type { Watchdog } from '@hourglass/reports';
import type { WatchdogMessage } from './watchdog-thread.ts';

export interface RunningWatchdog extends Watchdog {
  close(): Promise<void>;
}

/**
 * Watches from a thread of its own, so that it acts also when this one is stuck: it kills the process `graceMs` after a
 * deadline that nobody ended. The queries of this process are taken over by others then, as after any crash.
 */
export function startWatchdog({ graceMs }: { readonly graceMs: number }): RunningWatchdog {
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url));
  thread.unref();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window and has no origin.
  const tell = (message: WatchdogMessage) => thread.postMessage(message);
  let watched = 0;
  return {
    watch(deadlineInMs) {
      const id = (watched += 1);
      tell({ kind: 'watch', id, endsInMs: deadlineInMs + graceMs });
      return { end: () => tell({ kind: 'end', id }) };
    },
    async close() {
      await thread.terminate();
    },
  };
}
