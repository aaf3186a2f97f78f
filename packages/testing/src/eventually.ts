import { setTimeout as delay } from 'node:timers/promises';

/**
 * Polls until the result is not null. For conditions without an event. The timeout is generous because
 * it only decides how a broken program fails.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null> | T | null,
  timeoutMs = 60_000,
): Promise<T> {
  const giveUpAtMs = performance.now() + timeoutMs;
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    if (performance.now() > giveUpAtMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(25);
  }
}
