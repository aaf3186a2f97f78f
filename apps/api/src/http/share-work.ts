interface Shared<Result> {
  readonly result: Promise<Result>;
  readonly abandoned: AbortController;
  callers: number;
}

/** Runs work once for concurrent callers with the same key. Its signal aborts when all have left. */
export type ShareWork<Result> = (
  key: string,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
) => Promise<Result>;

export function createShareWork<Result>(): ShareWork<Result> {
  const underway = new Map<string, Shared<Result>>();

  function begin(key: string, work: (signal: AbortSignal) => Promise<Result>): Shared<Result> {
    const abandoned = new AbortController();
    const shared = { result: work(abandoned.signal), abandoned, callers: 0 };
    underway.set(key, shared);
    return shared;
  }

  return async (key, signal, work) => {
    signal.throwIfAborted();
    const shared = underway.get(key) ?? begin(key, work);
    const end = () => {
      if (underway.get(key) === shared) underway.delete(key);
    };
    const leave = () => {
      shared.callers -= 1;
      if (shared.callers > 0) return;
      // The next caller starts anew.
      end();
      shared.abandoned.abort(signal.reason);
    };
    shared.callers += 1;
    signal.addEventListener('abort', leave, { once: true });
    try {
      return await shared.result;
    } finally {
      signal.removeEventListener('abort', leave);
      end();
    }
  };
}
