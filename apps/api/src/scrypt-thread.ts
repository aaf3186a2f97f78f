import { scryptSync } from 'node:crypto';
import os from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { KeyInput } from '@hourglass/reports';

export interface ScryptRequest {
  readonly id: number;
  readonly input: KeyInput;
}

export type ScryptResponse =
  | { readonly id: number; readonly key: Uint8Array }
  | { readonly id: number; readonly fault: string };

const { PRIORITY_BELOW_NORMAL: lowPriority } = os.constants.priority;

// On Linux 0 is the calling thread. Requests go before guesses where cores are few. Raising a priority is not allowed.
if (process.platform === 'linux' && os.getPriority(0) < lowPriority) os.setPriority(0, lowPriority);

parentPort?.on('message', ({ id, input }: ScryptRequest) => {
  const { password, salt, bytes, options } = input;
  let response: ScryptResponse;
  try {
    response = { id, key: scryptSync(password, salt, bytes, options) };
  } catch (error) {
    response = { id, fault: String(error) };
  }
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread is no window and has no origin.
  parentPort?.postMessage(response);
});
