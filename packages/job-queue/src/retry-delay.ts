const firstMs = 50;
const longestMs = 1_000;

/** Returns the wait before the `tries`-th reconnection. It is short, because a local Redis restarts within a second. */
export function retryDelayMs(tries: number): number {
  return Math.min(firstMs * 2 ** Math.min(tries, 10), longestMs);
}
