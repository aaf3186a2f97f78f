/** Aborts the attempts of this process whose query is cancelled. */
export interface Cancellations {
  /** The signal aborts when the query is cancelled after this call. `end` stops watching. */
  watch(queryId: string): CancellationWatch;
  /** Aborts the attempts of a query that was cancelled, possibly by another process. */
  abort(queryId: string): void;
}

export interface CancellationWatch {
  readonly signal: AbortSignal;
  end(): void;
}

/** A lost signal is harmless: the next lease renewal fails. */
export function createCancellations(): Cancellations {
  const watched = new Map<string, Set<AbortController>>();
  return {
    watch(queryId) {
      const controller = new AbortController();
      const watchers = watched.get(queryId) ?? new Set();
      watched.set(queryId, watchers.add(controller));
      return {
        signal: controller.signal,
        end() {
          watchers.delete(controller);
          if (watchers.size === 0 && watched.get(queryId) === watchers) watched.delete(queryId);
        },
      };
    },
    abort(queryId) {
      for (const controller of watched.get(queryId) ?? []) {
        controller.abort(new Error('the query was cancelled'));
      }
    },
  };
}
