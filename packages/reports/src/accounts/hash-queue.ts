import { RetryLater } from '../errors.ts';

/** Whose password is hashed. */
export interface HashTurn {
  /** Addresses take turns. */
  readonly address: string;
  /** Null: a new password, which belongs to no account yet. */
  readonly account: string | null;
  /** Has places of its own, which strangers cannot fill. */
  readonly isKnown: boolean;
  /** Gives up the place in the queue, not a hash that has begun. */
  readonly signal: AbortSignal;
}

/** Maximum numbers of waiting passwords. */
export interface HashQueueBounds {
  readonly waiting: number;
  readonly waitingKnown: number;
  readonly waitingPerAddress: number;
  readonly waitingPerAccount: number;
}

/** One hash takes about 100 ms. */
export const hashQueueBounds: HashQueueBounds = {
  waiting: 64,
  waitingKnown: 128,
  waitingPerAddress: 8,
  waitingPerAccount: 3,
};

export interface HashQueue {
  /**
   * Runs `work` alone, in turn.
   * @throws RetryLater `auth.busy` beyond the bounds; the reason of the signal when it aborts
   * before the turn
   */
  run<Result>(turn: HashTurn, work: () => Promise<Result>): Promise<Result>;
}

const retryAfterSeconds = 2;

/** Serializes password hashes, so that guesses use one core of a process at most. */
export function createHashQueue(bounds: HashQueueBounds): HashQueue {
  const lines = createLines();
  let isRunning = false;

  async function wait(turn: HashTurn): Promise<void> {
    requirePlace(turn, lines.turns(), bounds);
    await new Promise<void>((resolve, reject) => {
      const leave = () => {
        lines.remove(waiting);
        reject(turn.signal.reason);
      };
      const waiting = {
        turn,
        start() {
          turn.signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      lines.add(waiting);
      turn.signal.addEventListener('abort', leave, { once: true });
    });
  }

  function startNext(): void {
    const next = lines.takeNext();
    isRunning = next !== null;
    next?.start();
  }

  return {
    async run(turn, work) {
      turn.signal.throwIfAborted();
      if (isRunning) await wait(turn);
      else isRunning = true;
      try {
        return await work();
      } finally {
        startNext();
      }
    },
  };
}

/** @throws RetryLater */
function requirePlace(
  { address, account, isKnown }: HashTurn,
  waiting: readonly HashTurn[],
  bounds: HashQueueBounds,
): void {
  const taken = (isSame: (turn: HashTurn) => boolean) => waiting.filter(isSame).length;
  if (
    taken((turn) => turn.isKnown === isKnown) >= (isKnown ? bounds.waitingKnown : bounds.waiting) ||
    taken((turn) => turn.address === address) >= bounds.waitingPerAddress ||
    taken((turn) => account !== null && turn.account === account) >= bounds.waitingPerAccount
  ) {
    throw new RetryLater('auth.busy', retryAfterSeconds);
  }
}

interface Waiting {
  readonly turn: HashTurn;
  start(): void;
}

/** One line for each address. The first line is next. */
function createLines() {
  const lines = new Map<string, Waiting[]>();
  return {
    turns: () => [...lines.values()].flat().map(({ turn }) => turn),
    add(waiting: Waiting): void {
      const line = lines.get(waiting.turn.address) ?? [];
      lines.set(waiting.turn.address, line);
      line.push(waiting);
    },
    remove(waiting: Waiting): void {
      const { address } = waiting.turn;
      const line = (lines.get(address) ?? []).filter((other) => other !== waiting);
      if (line.length === 0) lines.delete(address);
      else lines.set(address, line);
    },
    /** The address is behind all others afterwards. */
    takeNext(): Waiting | null {
      const [first] = lines;
      if (first === undefined) return null;
      const [address, [next, ...others]] = first;
      lines.delete(address);
      if (others.length > 0) lines.set(address, others);
      return next ?? null;
    },
  };
}
