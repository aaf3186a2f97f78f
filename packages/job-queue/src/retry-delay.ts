const firstMs = 50;
const longestMs = 1_000;

/** Before the `tries`-th connection after a loss. Short, because a local Redis is back within a second. */
export function retryDelayMs(tries: number): number {
  return Math.min(firstMs * 2 ** Math.min(tries, 10), longestMs);
}
