export interface Semaphore {
  /** Runs `work` when it is its turn. Throws the reason of `signal` once that aborts while it waits. */
  run<Result>(signal: AbortSignal, work: () => Promise<Result>): Promise<Result>;
}

/** Lets at most `count` run at a time, in the order in which they came. */
export function createSemaphore(count: number): Semaphore {
  let free = count;
  const waiting: (() => void)[] = [];

  async function begin(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (free > 0) {
      free -= 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const enter = () => {
        signal.removeEventListener('abort', leave);
        resolve();
      };
      const leave = () => {
        waiting.splice(waiting.indexOf(enter), 1);
        reject(signal.reason);
      };
      waiting.push(enter);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  function end(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    async run(signal, work) {
      await begin(signal);
      try {
        return await work();
      } finally {
        end();
      }
    },
  };
}
