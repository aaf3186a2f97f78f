import { Worker } from 'node:worker_threads';
import type { DeriveKey } from '@hourglass/reports';
import type { ScryptRequest, ScryptResponse } from './scrypt-thread.ts';

interface Pending {
  resolve(key: Uint8Array): void;
  reject(error: Error): void;
}

export interface ScryptThread {
  readonly derive: DeriveKey;
  close(): Promise<void>;
}

/**
 * Derives keys in one thread of its own, one after another. The pool of libuv would be held up,
 * which reads files and serves the engine. The thread starts with the first key, and again after a
 * failure.
 */
export function createScryptThread(): ScryptThread {
  const pending = new Map<number, Pending>();
  let thread: Worker | null = null;
  let lastId = 0;

  function startThread(): Worker {
    const started = new Worker(new URL('./scrypt-thread.js', import.meta.url));
    // Only requests keep the process alive.
    started.unref();
    started.on('message', (response: ScryptResponse) => {
      const waiting = pending.get(response.id);
      pending.delete(response.id);
      if ('key' in response) waiting?.resolve(response.key);
      else waiting?.reject(new Error(response.fault));
    });
    const fail = (error: Error) => {
      if (thread === started) thread = null;
      for (const waiting of pending.values()) waiting.reject(error);
      pending.clear();
    };
    started.on('error', fail);
    started.on('exit', () => fail(new Error('the thread for passwords ended')));
    return started;
  }

  return {
    derive: (input) =>
      new Promise((resolve, reject) => {
        thread ??= startThread();
        const id = (lastId += 1);
        pending.set(id, { resolve, reject });
        const request: ScryptRequest = { id, input };
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window and has no origin.
        thread.postMessage(request);
      }),
    async close() {
      await thread?.terminate();
    },
  };
}
