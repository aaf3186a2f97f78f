import type { QueryEventListener } from '@hourglass/reports';

/** Notes the changes of one query or environment, from its creation on. */
export interface Watcher {
  /**
   * Resolves at a change since the last call, or after `timeoutMs`. Also resolves when `signal` aborts or the process
   * shuts down. May resolve without a change.
   */
  next(timeoutMs: number, signal: AbortSignal): Promise<void>;
  /** Frees the watcher. */
  end(): void;
}

/** Wakes requests that wait for queries. It holds no connection of the database. */
export interface QueryWatch {
  readonly listener: QueryEventListener;
  /** Aborts when the process shuts down: requests answer with what they have. */
  readonly draining: AbortSignal;
  ofQuery(queryId: string): Watcher;
  ofEnvironment(environmentId: number): Watcher;
  drain(): void;
}

/** How often a waiting request reads while changes are not notified. */
const unnotifiedReadMs = 1_000;

interface Waiting {
  hasChanged: boolean;
  /** Ends the present call of `next`. */
  wake: () => void;
}

export function createQueryWatch(onLost: (error: unknown) => void): QueryWatch {
  const bySubject = new Map<string, Set<Waiting>>();
  const draining = new AbortController();
  let isListening = false;

  function watch(subject: string): Watcher {
    const waiting: Waiting = { hasChanged: false, wake: () => undefined };
    const watchers = bySubject.get(subject) ?? new Set();
    bySubject.set(subject, watchers.add(waiting));
    return {
      async next(timeoutMs, signal) {
        const longestMs = isListening ? timeoutMs : Math.min(timeoutMs, unnotifiedReadMs);
        if (!waiting.hasChanged && !draining.signal.aborted) await sleep(waiting, longestMs, signal);
        // The caller reads afterwards, and so sees every change until now.
        waiting.hasChanged = false;
      },
      end() {
        watchers.delete(waiting);
        if (watchers.size === 0 && bySubject.get(subject) === watchers) bySubject.delete(subject);
      },
    };
  }

  return {
    listener: {
      onChanged(environmentId, queryId) {
        const subjects = [ofQuery(queryId), ofEnvironment(environmentId)];
        wakeEach(subjects.flatMap((subject) => bySubject.get(subject) ?? []));
      },
      onListening() {
        isListening = true;
        wakeEach(bySubject.values());
      },
      onLost(error) {
        isListening = false;
        wakeEach(bySubject.values());
        onLost(error);
      },
    },
    draining: draining.signal,
    ofQuery: (queryId) => watch(ofQuery(queryId)),
    ofEnvironment: (environmentId) => watch(ofEnvironment(environmentId)),
    drain() {
      draining.abort();
      wakeEach(bySubject.values());
    },
  };
}

function wakeEach(subjects: Iterable<Set<Waiting>>): void {
  for (const watchers of subjects) for (const waiting of watchers) wake(waiting);
}

function wake(waiting: Waiting): void {
  waiting.hasChanged = true;
  waiting.wake();
}

function sleep(waiting: Waiting, timeoutMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => waiting.wake(), timeoutMs);
    waiting.wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', waiting.wake);
      resolve();
    };
    signal.addEventListener('abort', waiting.wake);
    if (signal.aborted) waiting.wake();
  });
}

const ofQuery = (queryId: string) => `query ${queryId}`;
const ofEnvironment = (environmentId: number) => `environment ${environmentId}`;
