/**
 * The counted work of Hourglass. A test fails above and below a figure, so that it stays what is really done. Raise
 * one only with a reason beside it.
 */

/** Work of PostgreSQL. */
export interface DatabaseWork {
  readonly transactions: number;
  readonly statements: number;
  readonly roundTrips: number;
}

/** By the request, or by the process where no request waits. A statement within a scope sets the scope first. */
export const databaseWork = {
  /** Token, tenant, fields, hot facts of the table; then one transaction: batch, COPY, end of the batch. */
  'API: a batch of 1,000 facts': { transactions: 5, statements: 13, roundTrips: 9 },
  /** Token, tenant, fields; then one statement that counts against the limits and inserts. */
  'API: a submission': { transactions: 4, statements: 8, roundTrips: 4 },
  /** Everything that a poll needs is one statement. */
  'API: a poll': { transactions: 1, statements: 2, roundTrips: 1 },
  /** Token, query, and the event of the audit log. */
  'API: a download': { transactions: 3, statements: 6, roundTrips: 3 },
  /** Next query, claim, one snapshot of seven statements, first progress, publication, sharing, next query. */
  'worker: a report over hot facts': { transactions: 7, statements: 13, roundTrips: 13 },
} as const satisfies Record<string, DatabaseWork>;
