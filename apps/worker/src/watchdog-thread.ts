import { parentPort } from 'node:worker_threads';

export type WatchdogMessage =
  | { readonly kind: 'watch'; readonly id: number; readonly endsInMs: number }
  | { readonly kind: 'end'; readonly id: number };

const checkMs = 1_000;
/** End of each watch by its id, in milliseconds of this thread's `performance.now()`. */
const endsAtMs = new Map<number, number>();

parentPort?.on('message', (message: WatchdogMessage) => {
  if (message.kind === 'end') endsAtMs.delete(message.id);
  else endsAtMs.set(message.id, performance.now() + message.endsInMs);
});

setInterval(() => {
  const now = performance.now();
  for (const atMs of endsAtMs.values()) if (atMs <= now) process.kill(process.pid, 'SIGKILL');
}, checkMs);
