import type { IngestTarget } from '@hourglass/query';

/** A row in PostgreSQL's `COPY … (FORMAT text)` encoding. */
export interface EncodedRow {
  /**
   * `nullCell` for null. A record has the columns of its set. A fact has `timestamp`, `storedColumns(dataset)` and, where the
   * dataset takes custom fields, a JSON object with their values by id.
   */
  readonly cells: readonly string[];
  /** Days since 1970-01-01, UTC: names the partition a fact goes to. Null for a record. */
  readonly day: number | null;
}

export interface BatchIdentity {
  readonly environmentId: number;
  /** A dataset with the custom fields of the environment. */
  readonly target: IngestTarget;
  /** The client's `Idempotency-Key`, or an id that was made for it. */
  readonly id: string;
}

export interface AcceptedBatch {
  readonly id: string;
  readonly accepted: number;
  /** SHA-256 of the body as sent (after `Content-Encoding`), hex: tells a repeat from a different body. */
  readonly bodySha256: string;
}

/** One transaction that takes the rows of a batch. Nothing of it is visible before `commit`. */
export interface BatchWriter {
  /** May wait for the database: bounded memory comes from awaiting this. */
  write(rows: readonly EncodedRow[]): Promise<void>;
  /** `segmentIds`: registered segments that hold facts of the batch; they go live with it. */
  commit(batch: { accepted: number; bodySha256: string; segmentIds?: readonly string[] }): Promise<void>;
  /** Called once at most: also after a write or a commit that failed, never after a commit that succeeded. */
  rollback(): Promise<void>;
}

/** Where facts are kept until they are sealed, and records until they are replaced. */
export interface FactStore {
  /**
   * Opens a batch, or answers the batch that was accepted under the same id before. While another request
   * writes the same id, waits for it to end.
   */
  openBatch(identity: BatchIdentity): Promise<{ writer: BatchWriter } | { accepted: AcceptedBatch }>;
}
