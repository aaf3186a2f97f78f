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

export interface KeyedPermits {
  readonly permits: number;
  /** The most that one key may hold. */
  readonly permitsPerKey: number;
}

/**
 * Creates a semaphore. A free permit goes to the waiting key that holds the fewest, and among its
 * callers to the one that has waited longest.
 */
export function createKeyedSemaphore(permits: KeyedPermits): KeyedSemaphore {
  return new FairSemaphore(permits);
}

class FairSemaphore implements KeyedSemaphore {
  private readonly permits: number;
  private readonly permitsPerKey: number;
  private readonly heldByKey = new Map<string, number>();
  private readonly queue: Waiting[] = [];
  private free: number;

  constructor({ permits, permitsPerKey }: KeyedPermits) {
    this.permits = permits;
    this.permitsPerKey = permitsPerKey;
    this.free = permits;
  }

  async acquire(key: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.free > 0 && this.heldBy(key) < this.permitsPerKey) this.take(key);
    else await this.wait(key, signal);
    return this.releaseOnce(key);
  }

  of(key: string): Semaphore {
    return {
      run: async (signal, work) => {
        const release = await this.acquire(key, signal);
        try {
          return await work();
        } finally {
          release();
        }
      },
    };
  }

  held(): number {
    return this.permits - this.free;
  }

  waiting(key?: string): number {
    return key === undefined ? this.queue.length : this.queue.filter((caller) => caller.key === key).length;
  }

  private wait(key: string, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const cancel = () => {
        this.queue.splice(this.queue.indexOf(caller), 1);
        reject(signal.reason as Error);
      };
      const grant = () => {
        signal.removeEventListener('abort', cancel);
        resolve();
      };
      const caller: Waiting = { key, grant };
      this.queue.push(caller);
      signal.addEventListener('abort', cancel, { once: true });
    });
  }

  private heldBy(key: string): number {
    return this.heldByKey.get(key) ?? 0;
  }

  private take(key: string): void {
    this.free -= 1;
    this.heldByKey.set(key, this.heldBy(key) + 1);
  }

  /** Returns a function of which only the first call has an effect. */
  private releaseOnce(key: string): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.free += 1;
      if (this.heldBy(key) === 1) this.heldByKey.delete(key);
      else this.heldByKey.set(key, this.heldBy(key) - 1);
      this.grantNext();
    };
  }

  private grantNext(): void {
    let next: Waiting | null = null;
    for (const caller of this.queue) {
      const holds = this.heldBy(caller.key);
      if (holds < this.permitsPerKey && (next === null || holds < this.heldBy(next.key))) next = caller;
    }
    if (next === null) return;
    this.queue.splice(this.queue.indexOf(next), 1);
    this.take(next.key);
    next.grant();
  }
}
