/** Tells of cancelled queries at once, in every process. A signal may be lost: it is never the only way to learn of it. */
export interface CancelSignals {
  /** Keeps listening through outages of the database until it is told to stop. */
  listen(onCancelled: (queryId: string) => void, log: CancelSignalsLog): { stop(): Promise<void> };
}

export interface CancelSignalsLog {
  warn(fields: object, message: string): void;
}
