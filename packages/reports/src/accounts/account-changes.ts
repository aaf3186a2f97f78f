/** Notifies every process of changed and deleted users at once. */
export interface AccountChanges {
  /** Listens until `stop` is called, reconnecting after outages of the database. */
  listen(listener: AccountChangeListener): { stop(): Promise<void> };
}

export interface AccountChangeListener {
  /** @param email in lower case */
  onChanged(email: string): void;
  /** Every later change is notified. */
  onListening(): void;
  /** Changes may be missed until the next `onListening`. */
  onLost(error: unknown): void;
}
