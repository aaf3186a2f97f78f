import { setTimeout as delay } from 'node:timers/promises';
import { describeExit, StartFailed, type PartExit } from './part.ts';

const pollMs = 100;
const requestTimeoutMs = 5_000;

/**
 * Resolves when `GET {url}/readyz` answers 200.
 * @throws StartFailed when the API ends before that, or after `timeoutMs`
 */
export async function awaitReady(options: {
  readonly url: string;
  readonly apiExited: Promise<PartExit>;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}): Promise<void> {
  const { url, apiExited, timeoutMs, signal } = options;
  const ended = new AbortController();
  const giveUp = AbortSignal.any([signal, ended.signal, AbortSignal.timeout(timeoutMs)]);
  const exits: PartExit[] = [];
  const noteEnd = async () => {
    exits.push(await apiExited);
    ended.abort();
  };
  void noteEnd();
  let answer = 'no answer';
  while (!giveUp.aborted) {
    try {
      const request = AbortSignal.any([giveUp, AbortSignal.timeout(requestTimeoutMs)]);
      const response = await fetch(`${url}/readyz`, { signal: request });
      if (response.status === 200) return;
      answer = `${response.status} ${await response.text()}`;
    } catch (error) {
      if (!giveUp.aborted) answer = String(error instanceof Error ? (error.cause ?? error) : error);
    }
    await delay(pollMs, undefined, { signal: giveUp }).catch(() => {});
  }
  signal.throwIfAborted();
  const [exit] = exits;
  if (exit !== undefined) throw new StartFailed(`the API ended at its start with ${describeExit(exit)}`);
  throw new StartFailed(`the API is not ready after ${timeoutMs} ms: ${answer}`);
}
