import { setTimeout as delay } from 'node:timers/promises';

export interface SealingPace {
  /** Facts that are hot, of all environments and datasets. */
  readonly countHotFacts: () => Promise<number>;
  readonly maxHotFacts: number;
  /** A batch is never kept waiting longer: also when nobody seals, facts have to be taken. */
  readonly maxWaitMs: number;
  readonly pollEveryMs: number;
}

/**
 * Lets a batch wait while more facts are hot than sealing keeps up with. Whoever sends faster than that is slowed down,
 * and reports stay fast: every one copies the hot facts of its range.
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

/** The same count for everybody who asks within `maxAgeMs`: many batches begin at once, and each would ask. */
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
