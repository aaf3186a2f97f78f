import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks until the answer is not null. For conditions that nothing announces; the time-out is generous because
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
