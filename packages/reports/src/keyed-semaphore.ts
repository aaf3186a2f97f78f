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

export interface KeyedPermits {
  readonly permits: number;
  /** The most that one key may hold. */
  readonly permitsPerKey: number;
  /** Bounds a key further while other keys are present. */
  readonly amongOthers?: {
    readonly permitsPerKey: number;
    /** Time for which a key stays present after it has released its last permit. */
    readonly presentMs: number;
  };
}

/**
 * Creates a semaphore. A free permit goes to the waiting key that holds the fewest. Among equals the
 * keys take turns, and the callers of a key come in order.
 */
export function createKeyedSemaphore(permits: KeyedPermits): KeyedSemaphore {
  return new FairSemaphore(permits);
}

/** A key that holds a permit, waits for one, or did so until lately. */
interface PresentKey {
  held: number;
  /** The functions that grant a permit to the callers that wait. */
  readonly waiting: (() => void)[];
  /** Number of its last grant, or of its arrival before the first one. */
  turn: number;
  leaves?: NodeJS.Timeout;
}

class FairSemaphore implements KeyedSemaphore {
  private readonly permitsPerKey: number;
  private readonly amongOthers: NonNullable<KeyedPermits['amongOthers']>;
  private readonly keys = new Map<string, PresentKey>();
  private readonly permits: number;
  private free: number;
  private turns = 0;

  constructor({ permits, permitsPerKey, amongOthers = { permitsPerKey, presentMs: 0 } }: KeyedPermits) {
    this.permits = permits;
    this.permitsPerKey = permitsPerKey;
    this.amongOthers = amongOthers;
    this.free = permits;
  }

  async acquire(key: string, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    const present = this.enter(key);
    await new Promise<void>((resolve, reject) => {
      const cancel = () => {
        present.waiting.splice(present.waiting.indexOf(grant), 1);
        this.leave(key, present);
        reject(signal.reason as Error);
      };
      const grant = () => {
        signal.removeEventListener('abort', cancel);
        resolve();
      };
      present.waiting.push(grant);
      signal.addEventListener('abort', cancel, { once: true });
      this.grantFree();
    });
    return this.releaseOnce(key, present);
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
    if (key !== undefined) return this.keys.get(key)?.waiting.length ?? 0;
    return [...this.keys.values()].reduce((sum, { waiting }) => sum + waiting.length, 0);
  }

  private enter(key: string): PresentKey {
    const present = this.keys.get(key) ?? { held: 0, waiting: [], turn: (this.turns += 1) };
    this.keys.set(key, present);
    clearTimeout(present.leaves);
    return present;
  }

  /** Called whenever the key may have nothing more. */
  private leave(key: string, present: PresentKey): void {
    if (present.held > 0 || present.waiting.length > 0) return;
    const { presentMs } = this.amongOthers;
    const forget = () => {
      this.keys.delete(key);
      // Another key that is alone now may hold more.
      this.grantFree();
    };
    if (presentMs === 0) forget();
    else present.leaves = setTimeout(forget, presentMs).unref();
  }

  /** Returns a function of which only the first call has an effect. */
  private releaseOnce(key: string, present: PresentKey): () => void {
    let isHeld = true;
    return () => {
      if (!isHeld) return;
      isHeld = false;
      this.free += 1;
      present.held -= 1;
      this.leave(key, present);
      this.grantFree();
    };
  }

  private grantFree(): void {
    for (let next = this.next(); next !== null; next = this.next()) {
      this.free -= 1;
      next.held += 1;
      next.turn = this.turns += 1;
      next.waiting.shift()?.();
    }
  }

  private next(): PresentKey | null {
    if (this.free === 0) return null;
    const permitsPerKey = this.keys.size > 1 ? this.amongOthers.permitsPerKey : this.permitsPerKey;
    let next: PresentKey | null = null;
    for (const present of this.keys.values()) {
      if (present.waiting.length === 0 || present.held >= permitsPerKey) continue;
      if (next === null || isBefore(present, next)) next = present;
    }
    return next;
  }
}

function isBefore(one: PresentKey, other: PresentKey): boolean {
  return one.held === other.held ? one.turn < other.turn : one.held < other.held;
}
