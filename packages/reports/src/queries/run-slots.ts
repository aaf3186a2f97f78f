import type { WaitingChoice, WaitingQuery } from './query-store.ts';
import type { Pauses } from './report-engine.ts';

/** The organization of a run, and the share of the slots that it counts as. */
type Owner = Pick<WaitingQuery, 'organization' | 'share'>;

interface Run extends Owner {
  /** Settles when the run has ended. */
  ended: Promise<void>;
  /** Called when the run pauses: its slot is free. */
  leave: () => void;
  /** Continues the paused run. */
  resume: () => void;
}

export interface RunSlotsOptions {
  /** Number of runs that compute at a time, besides the one in the reserved slot. */
  readonly slots: number;
  /**
   * A paused run keeps its scratch directory. With this many of them, no further run pauses for a waiting query.
   */
  readonly maxPaused: number;
}

/**
 * The run slots of one worker, and which organizations hold them. A run leaves its slot when it ends, or when it pauses
 * between two slices because an organization with a smaller share waits. A paused run keeps its attempt, its lease and
 * the slices in its scratch directory. It continues in the next slot that is free for its organization. To the database
 * and to other workers it is a running query.
 */
export class RunSlots {
  readonly #options: RunSlotsOptions;
  readonly #active = new Set<Run>();
  /** Longest paused first. */
  readonly #paused = new Set<Run>();
  /** At most one: the run in the reserved slot. */
  readonly #reserved = new Set<Owner>();
  readonly #unfinished = new Set<Run>();
  /** The newest turn of each organization that has had a slot: it decides between equal shares. */
  readonly #turns = new Map<string, number>();
  #turn = 0;
  /** A waiting query for which no run has paused yet. */
  #waiting: WaitingQuery | null = null;

  constructor(options: RunSlotsOptions) {
    this.#options = options;
  }

  get areAllTaken(): boolean {
    return this.#active.size >= this.#options.slots;
  }

  get hasPaused(): boolean {
    return this.#paused.size > 0;
  }

  /** Which query a free slot should claim. An organization's paused runs come before its waiting queries. */
  get choice(): Omit<WaitingChoice, 'maxFacts'> {
    const shares = new Map<string, number>();
    for (const { organization, share } of [...this.#active, ...this.#reserved])
      shares.set(organization, (shares.get(organization) ?? 0) + share);
    return { shares, skipped: [...this.#paused].map(({ organization }) => organization) };
  }

  /** Sets the waiting query for which a run of an organization with a larger share pauses. */
  setWaiting(waiting: WaitingQuery | null): void {
    this.#waiting = waiting;
  }

  /** Starts a run in the caller's slot. Resolves when it has ended or paused; throws its error. */
  async start(owner: Owner, work: (pauses: Pauses) => Promise<void>): Promise<void> {
    const run: Run = { ...owner, ended: Promise.resolve(), leave: () => {}, resume: () => {} };
    this.#active.add(run);
    this.#unfinished.add(run);
    this.#takeTurn(owner);
    const left = leaving(run);
    run.ended = work(this.#pausesOf(run)).finally(() => {
      this.#active.delete(run);
      this.#unfinished.delete(run);
    });
    await Promise.race([run.ended, left]);
  }

  /**
   * Continues a paused run in the caller's slot: the one whose organization holds the smallest share, among equals the
   * one whose last turn is the oldest, unless `waiting` precedes it in this order. Returns null when none continues;
   * otherwise a promise like that of `start`.
   */
  resume(waiting: WaitingQuery | null): Promise<void> | null {
    const [run] = [...this.#paused].toSorted((one, other) => this.#compare(one, other));
    if (run === undefined) return null;
    if (waiting !== null && this.#compare(waiting, run) < 0) return null;
    this.#takeTurn(run);
    const left = leaving(run);
    run.resume();
    return Promise.race([run.ended, left]);
  }

  /** Runs `work` to its end in the reserved slot. */
  async runReserved({ organization, share }: Owner, work: () => Promise<void>): Promise<void> {
    const owner = { organization, share };
    this.#reserved.add(owner);
    try {
      await work();
    } finally {
      this.#reserved.delete(owner);
    }
  }

  /** Resolves when every run has ended, after their signals have aborted. */
  async allEnded(): Promise<void> {
    await Promise.allSettled([...this.#unfinished].map(({ ended }) => ended));
  }

  #pausesOf(run: Run): Pauses {
    return {
      isWanted: () => this.#mustGiveWay(run),
      wait: async (signal) => {
        signal.throwIfAborted();
        this.#waiting = null;
        await this.#resumed(run, signal);
      },
    };
  }

  #resumed(run: Run, signal: AbortSignal): Promise<void> {
    this.#active.delete(run);
    this.#paused.add(run);
    return new Promise((resolve, reject) => {
      // A run that is stopped while it is paused cleans up without a slot.
      const stop = () => {
        this.#paused.delete(run);
        reject(signal.reason as Error);
      };
      signal.addEventListener('abort', stop, { once: true });
      run.resume = () => {
        signal.removeEventListener('abort', stop);
        this.#paused.delete(run);
        this.#active.add(run);
        resolve();
      };
      run.leave();
    });
  }

  /** Whether a waiting query or a paused run is of an organization that holds a smaller share. */
  #mustGiveWay(run: Run): boolean {
    const share = this.#shareOf(run);
    const mayAddPaused = this.#paused.size < this.#options.maxPaused;
    if (mayAddPaused && this.#waiting !== null && this.#shareOf(this.#waiting) < share) return true;
    return [...this.#paused].some((paused) => this.#shareOf(paused) < share);
  }

  #compare(one: Owner, other: Owner): number {
    const turnOf = ({ organization }: Owner) => this.#turns.get(organization) ?? 0;
    return this.#shareOf(one) - this.#shareOf(other) || turnOf(one) - turnOf(other);
  }

  #takeTurn({ organization }: Owner): void {
    this.#turns.set(organization, (this.#turn += 1));
  }

  #shareOf({ organization }: Owner): number {
    return this.choice.shares.get(organization) ?? 0;
  }
}

/** Resolves when the run leaves its slot the next time. */
function leaving(run: Run): Promise<void> {
  return new Promise((resolve) => {
    run.leave = resolve;
  });
}
