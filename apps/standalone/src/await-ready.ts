import { get as getHttp, type IncomingMessage } from 'node:http';
import { get as getHttps } from 'node:https';
import { text } from 'node:stream/consumers';
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
      const { statusCode, body } = await get(`${url}/readyz`, request);
      if (statusCode === 200) return;
      lastResponse = `${statusCode} ${body}`;
    } catch (error) {
      if (!giveUp.aborted) lastResponse = String(error);
    }
    await delay(pollMs, undefined, { signal: giveUp }).catch(() => {});
  }
  signal.throwIfAborted();
  const [exit] = exits;
  if (exit !== undefined) throw new StartFailed(`the API exited during its start with ${describeExit(exit)}`);
  throw new StartFailed(`the API is not ready after ${timeoutMs} ms: ${lastResponse}`);
}

async function get(url: string, signal: AbortSignal): Promise<{ statusCode: number; body: string }> {
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    // The own API on this machine: its certificate may be for another name, or signed by an authority
    // that only its clients know, and the request has no secret.
    const request = url.startsWith('https:')
      ? getHttps(url, { signal, rejectUnauthorized: false, agent: false })
      : getHttp(url, { signal, agent: false });
    request.once('response', resolve).once('error', reject);
  });
  return { statusCode: response.statusCode ?? 0, body: await text(response) };
}
