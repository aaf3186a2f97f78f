/**
 * Notifies every process of cancelled queries at once. Signals may be lost, so lease renewals
 * detect cancellations too.
 */
export interface CancelSignals {
  /** Listens until `stop` is called, reconnecting after outages of the database. */
  listen(onCancelled: (queryId: string) => void, log: CancelSignalsLog): { stop(): Promise<void> };
}

export interface CancelSignalsLog {
  warn(fields: object, message: string): void;
}
