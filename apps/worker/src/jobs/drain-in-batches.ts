/**
 * Calls `runBatch` until it handles fewer than `limit` items or `signal` aborts.
 * @returns the number of items over all batches
 */
export async function drainInBatches(
  limit: number,
  runBatch: (limit: number) => Promise<number>,
  signal: AbortSignal,
): Promise<number> {
  let total = 0;
  for (;;) {
    const handled = await runBatch(limit);
    total += handled;
    if (handled < limit || signal.aborted) return total;
  }
}
