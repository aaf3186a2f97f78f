/**
 * The queue, which only wakes workers. A woken worker runs queries from the database until none is
 * waiting. Surplus wake-ups are harmless, and the reconciler replaces lost ones, so the queue may
 * lose everything at any time.
 */
export interface Doorbell {
  /** Wakes a worker. `queryId` is read only by workers of the previous version. */
  wake(queryId: string): Promise<void>;
  /** Number of wake-ups that no worker has taken yet. */
  pendingWakeUps(): Promise<number>;
  /** @throws ServiceUnavailable when the queue cannot accept wake-ups */
  check(): Promise<void>;
}
