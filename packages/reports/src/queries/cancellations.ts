/** Which of this process's attempts have to stop because their query was cancelled. */
export interface Cancellations {
  /** Aborts when the query is cancelled from now on. `end` forgets it. */
  watch(queryId: string): Watch;
  /** Somebody cancelled the query, perhaps in another process. */
  abort(queryId: string): void;
}

export interface Watch {
  readonly signal: AbortSignal;
  end(): void;
}

/** Signals may get lost on their way here; then the next renewal of the lease finds the query taken away. */
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
