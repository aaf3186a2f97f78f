import { setTimeout as delay } from 'node:timers/promises';

/** How often a condition is checked at most and at least. */
const shortestPollMs = 25;
const longestPollMs = 150;

/**
 * Polls until the result is not null, more slowly the longer it takes, because the polls of the tests take a large part
 * of a machine. For conditions without an event. The timeout is generous because it only decides how a broken program
 * fails. Set `steady` for a condition that holds for a moment only.
 */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T | null> | T | null,
  { timeoutMs = 60_000, steady = false } = {},
): Promise<T> {
  const beganAtMs = performance.now();
  for (;;) {
    const answer = await ask();
    if (answer !== null) return answer;
    const waitedMs = performance.now() - beganAtMs;
    if (waitedMs > timeoutMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await delay(steady ? shortestPollMs : Math.min(shortestPollMs + waitedMs / 16, longestPollMs));
  }
}
