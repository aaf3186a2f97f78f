import { setTimeout as delay } from 'node:timers/promises';
import { describeExit, StartFailed, type ChildExit } from './child.ts';

const pollMs = 100;
const requestTimeoutMs = 5_000;

/**
 * Resolves when `GET {url}/readyz` responds with 200.
 * @throws StartFailed when the API exits before, or after `timeoutMs`
 */
export async function awaitReady(options: {
  readonly url: string;
  readonly apiExited: Promise<ChildExit>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { url, apiExited, timeoutMs, signal } = options;
  const ended = new AbortController();
  const giveUp = AbortSignal.any([signal, ended.signal, AbortSignal.timeout(timeoutMs)]);
  const exits: ChildExit[] = [];
  const noteExit = async () => {
    exits.push(await apiExited);
    ended.abort();
  };
  void noteExit();
  let lastResponse = 'no response';
  while (!giveUp.aborted) {
    try {
      const request = AbortSignal.any([giveUp, AbortSignal.timeout(requestTimeoutMs)]);
      const response = await fetch(`${url}/readyz`, { signal: request });
      if (response.status === 200) return;
      lastResponse = `${response.status} ${await response.text()}`;
    } catch (error) {
      if (!giveUp.aborted) lastResponse = String(error instanceof Error ? (error.cause ?? error) : error);
    }
    await delay(pollMs, undefined, { signal: giveUp }).catch(() => {});
  }
  signal.throwIfAborted();
  const [exit] = exits;
  if (exit !== undefined) throw new StartFailed(`the API exited during its start with ${describeExit(exit)}`);
  throw new StartFailed(`the API is not ready after ${timeoutMs} ms: ${lastResponse}`);
}
