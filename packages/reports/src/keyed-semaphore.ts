import type { Semaphore } from './semaphore.ts';

/** Permits that many callers share; each caller holds at most its share of them. */
export interface KeyedSemaphore {
  /**
   * Waits for a permit and returns the function that releases it. Throws the reason of `signal`
   * when that aborts during the wait.
   */
  acquire(key: string, signal: AbortSignal): Promise<() => void>;
  /** The semaphore of one key. */
  of(key: string): Semaphore;
  /** Number of permits in use. */
  held(): number;
  /** Number of callers that wait. */
  waiting(key?: string): number;
}

interface Waiting {
  readonly key: string;
  readonly grant: () => void;
}

/**
 * Creates a semaphore with `permits` permits, of which a key may hold `permitsPerKey`. A free permit
 * goes to the waiting key that holds the fewest, and among its callers to the one that has waited
 * longest.
 */
export function createKeyedSemaphore({
  permits,
  permitsPerKey,
}: {
  readonly permits: number;
  readonly permitsPerKey: number;
}): KeyedSemaphore {
  const held = new Map<string, number>();
  const waiting: Waiting[] = [];
  let free = permits;
  const heldBy = (key: string) => held.get(key) ?? 0;

  function take(key: string): void {
    free -= 1;
    held.set(key, heldBy(key) + 1);
  }

  /** Returns a function of which only the first call has an effect. */
  function releaseOnce(key: string): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      free += 1;
      if (heldBy(key) === 1) held.delete(key);
      else held.set(key, heldBy(key) - 1);
      grantNext();
    };
  }

  function grantNext(): void {
    if (free === 0) return;
    let next: Waiting | null = null;
    for (const candidate of waiting) {
      const holds = heldBy(candidate.key);
      if (holds < permitsPerKey && (next === null || holds < heldBy(next.key))) next = candidate;
    }
    if (next === null) return;
    waiting.splice(waiting.indexOf(next), 1);
    take(next.key);
    next.grant();
  }

  async function acquire(key: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (free > 0 && heldBy(key) < permitsPerKey) {
      take(key);
      return releaseOnce(key);
    }
    await new Promise<void>((resolve, reject) => {
      const cancel = () => {
        waiting.splice(waiting.indexOf(entry), 1);
        reject(signal.reason as Error);
      };
      const grant = () => {
        signal.removeEventListener('abort', cancel);
        resolve();
      };
      const entry: Waiting = { key, grant };
      waiting.push(entry);
      signal.addEventListener('abort', cancel, { once: true });
    });
    return releaseOnce(key);
  }

  return {
    acquire,
    of: (key) => ({
      async run(signal, work) {
        const release = await acquire(key, signal);
        try {
          return await work();
        } finally {
          release();
        }
      },
    }),
    held: () => permits - free,
    waiting: (key) => (key === undefined ? waiting : waiting.filter((one) => one.key === key)).length,
  };
}
