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
  /** Token and tenant; fields; then one transaction: batch, COPY. */
  'API: a batch of 1,000 facts': { transactions: 3, statements: 8, roundTrips: 6 },
  /** Token, tenant and limits; fields; then one statement that counts against the limits and inserts. */
  'API: a submission': { transactions: 3, statements: 6, roundTrips: 3 },
  /** Everything that a poll needs is one statement. */
  'API: a poll': { transactions: 1, statements: 2, roundTrips: 1 },
  /** Token, query, and the event of the audit log. */
  'API: a download': { transactions: 3, statements: 6, roundTrips: 3 },
  /** Next query, claim, one snapshot of six statements, publication, sharing, next query. */
  'worker: a report over hot facts': { transactions: 6, statements: 11, roundTrips: 11 },
} as const satisfies Record<string, DatabaseWork>;

/** Work of DuckDB for one report, from the snapshot to the last file of rows. */
export interface ReportReads {
  readonly statements: number;
  /** Number of times that a file was opened to be read. DuckDB opens one for its footer and again for its columns. */
  readonly opened: number;
  readonly rowsRead: number;
  readonly bytesRead: number;
}

/** Over 200,000 facts in eight segments, together 5.0 MB. */
export const reportReads = {
  /** Another C library rounds powers differently, which moves few facts; partials are written in any order. */
  tolerance: 0.01,
  facts: {
    'example 1: minute × proxy, an hour': { statements: 2, opened: 3, rowsRead: 265, bytesRead: 105_410 },
    'example 2: minute × proxy, average': { statements: 4, opened: 9, rowsRead: 5_528, bytesRead: 349_763 },
    'example 4: minute × proxy, filter': { statements: 4, opened: 9, rowsRead: 4_544, bytesRead: 349_763 },
    'one group: five metrics': { statements: 2, opened: 17, rowsRead: 200_000, bytesRead: 813_966 },
    'verb × status, a tenth of the time': { statements: 2, opened: 7, rowsRead: 20_022, bytesRead: 390_826 },
    'hour × proxy, failures only': { statements: 2, opened: 17, rowsRead: 2_966, bytesRead: 1_162_467 },
    'client address, pattern': { statements: 4, opened: 21, rowsRead: 55_032, bytesRead: 1_749_757 },
    'one group per fact': { statements: 4, opened: 21, rowsRead: 46_141, bytesRead: 1_069_614 },
  },
  withoutLimit: {
    'example 2: minute × proxy, average': {
      statements: 2,
      opened: 18,
      rowsRead: 193_315,
      bytesRead: 1_114_592,
    },
    'example 4: minute × proxy, filter': {
      statements: 2,
      opened: 18,
      rowsRead: 152_839,
      bytesRead: 1_114_592,
    },
    'one group per fact': { statements: 2, opened: 17, rowsRead: 200_000, bytesRead: 909_082 },
  },
  partials: {
    'day × verb × status': {
      computing: { statements: 18, opened: 47, rowsRead: 181_530, bytesRead: 1_061_505 },
      repeated: { statements: 2, opened: 15, rowsRead: 1_383, bytesRead: 40_233 },
    },
    'hour × proxy, failures only': {
      computing: { statements: 18, opened: 47, rowsRead: 4_626, bytesRead: 1_180_145 },
      repeated: { statements: 2, opened: 15, rowsRead: 1_942, bytesRead: 34_931 },
    },
  },
  slices: {
    report: 'example 2: minute × proxy, average',
    sliceFacts: 40_000,
    /** The view over all facts, before the report is divided. */
    statements: 1,
    /** View, rows. */
    statementsPerSlice: 2,
    rowsRead: 193_346,
  },
} as const;

export interface AllocatedBytes {
  readonly atLeast: number;
  readonly atMost: number;
}

/**
 * Bytes on the JavaScript heap without optimized code. Runs differ by less than a hundredth, versions of Node.js by a
 * few. Buffers are outside of this heap.
 */
export const allocations = {
  'API: a poll': { atLeast: 118_000, atMost: 128_000 },
  /** Less than two thousand bytes for a fact: times are read as texts, most other values are copied as bytes. */
  'API: a batch of 1,000 facts': { atLeast: 1_700_000, atMost: 2_000_000 },
  /** Ten bytes a row leave no room for values. */
  'worker: an archive of 100,000 rows': { atLeast: 100_000, atMost: 1_000_000 },
} as const satisfies Record<string, AllocatedBytes>;
