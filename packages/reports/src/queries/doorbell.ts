/**
 * The queue. A ring wakes a worker, which asks the database whose turn it is until nothing waits; one too many is answered by nobody, and one
 * that is lost is made up for by the reconciler, so the queue may lose everything at any time.
 */
export interface Doorbell {
  /** `queryId` is what the version before runs, whose turn it was or not. */
  wake(queryId: string): Promise<void>;
  /** Rings that no worker has heard yet. */
  pendingWakeUps(): Promise<number>;
  /** Throws `ServiceUnavailable` when a ring would not get through now. */
  check(): Promise<void>;
}
