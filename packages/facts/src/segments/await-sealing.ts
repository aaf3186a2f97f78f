import { setTimeout as delay } from 'node:timers/promises';

export interface SealingPace {
  /** Counts the hot facts of all environments and datasets. */
  readonly countHotFacts: () => Promise<number>;
  readonly maxHotFacts: number;
  /** A batch never waits longer: facts must be accepted even if sealing has stopped. */
  readonly maxWaitMs: number;
  readonly pollEveryMs: number;
}

/**
 * Delays a batch while more than `maxHotFacts` facts are hot. This back-pressure slows clients down
 * to the throughput of sealing, and keeps reports fast: each one copies the hot facts of its range.
 */
export async function awaitSealing(
  { countHotFacts, maxHotFacts, maxWaitMs, pollEveryMs }: SealingPace,
  signal: AbortSignal,
): Promise<void> {
  const giveUpAtMs = performance.now() + maxWaitMs;
  while ((await countHotFacts()) >= maxHotFacts && performance.now() < giveUpAtMs) {
    await delay(pollEveryMs, undefined, { signal });
  }
}

/**
 * Shares one count among all calls within `maxAgeMs`, because many batches begin at the same time.
 */
export function cacheCount(
  count: () => Promise<number>,
  { maxAgeMs, nowMs }: { readonly maxAgeMs: number; readonly nowMs: () => number },
): () => Promise<number> {
  let counted: { readonly atMs: number; readonly facts: Promise<number> } | null = null;
  return () => {
    if (counted !== null && nowMs() - counted.atMs <= maxAgeMs) return counted.facts;
    const facts = count();
    counted = { atMs: nowMs(), facts };
    facts.catch(() => {
      counted = null;
    });
    return facts;
  };
}
