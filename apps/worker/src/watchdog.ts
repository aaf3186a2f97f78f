import { Worker } from 'node:worker_threads';
import type { Watchdog } from '@hourglass/reports';
import type { WatchdogMessage } from './watchdog-thread.ts';

export interface RunningWatchdog extends Watchdog {
  close(): Promise<void>;
}

/**
 * Kills the process `graceMs` after the deadline of a watch that has not ended. It runs in a separate thread, so that it
 * also acts when this thread hangs. Other workers then retry the queries of this process, as after any crash.
 */
export function startWatchdog({ graceMs }: { readonly graceMs: number }): RunningWatchdog {
  const thread = new Worker(new URL('./watchdog-thread.js', import.meta.url));
  thread.unref();
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window and has no origin.
  const post = (message: WatchdogMessage) => thread.postMessage(message);
  let lastId = 0;
  return {
    watch(deadlineInMs) {
      const id = (lastId += 1);
      post({ kind: 'watch', id, endsInMs: deadlineInMs + graceMs });
      return { end: () => post({ kind: 'end', id }) };
    },
    async close() {
      await thread.terminate();
    },
  };
}
