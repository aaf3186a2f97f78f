import type { IngestTarget } from '@hourglass/query/catalogue';

/** A row encoded for PostgreSQL's `COPY … (FORMAT text)`. */
export interface EncodedRow {
  /**
   * `nullCell` stands for null. A record has the columns of its set. A fact has `timestamp`,
   * `storedColumns(dataset)` and, if the dataset takes custom fields, a JSON object with their
   * values by id.
   */
  readonly cells: readonly string[];
}

/** Rows of a batch as lines of `COPY`. */
export interface EncodedRows {
  readonly count: number;
  /** Each line has these cells; the others are null. */
  readonly lines: Buffer;
  /** Positions in an `EncodedRow`, beginning with 0. */
  readonly cells: readonly number[];
  /** The least and the greatest text of cell 0, which of a fact is its time. */
  readonly least: string | null;
  readonly greatest: string | null;
}

export interface BatchIdentity {
  readonly environmentId: number;
  /** Its dataset includes the environment's custom fields. */
  readonly target: IngestTarget;
  /** The client's `Idempotency-Key`, or a generated id. */
  readonly id: string;
  /** The principal that ingests it. */
  readonly createdBy?: string;
}

export interface AcceptedBatch {
  readonly id: string;
  readonly accepted: number;
  /** SHA-256 of the decoded body, in hex. Distinguishes a repeat from a different body. */
  readonly bodySha256: string;
}

/** A batch whose transaction is about to commit. */
export interface WrittenBatch {
  readonly id: string;
  /** Name of the dataset or record set. */
  readonly target: string;
  readonly accepted: number;
}

/** Writes the rows of a batch in one transaction, which becomes visible with `commit`. */
export interface BatchWriter {
  /** The number of the batch, which every fact carries. */
  readonly batchSeq: string;
  /** Waits for the database when necessary. Callers bound their memory by awaiting it. */
  write(rows: EncodedRows): Promise<void>;
  /**
   * `segmentIds` are registered segments with facts of the batch. They go live in the same
   * transaction.
   */
  commit(batch: { accepted: number; bodySha256: string; segmentIds?: readonly string[] }): Promise<void>;
  /**
   * Called at most once, also after a failed write or commit, and never after a successful commit.
   */
  rollback(): Promise<void>;
}

/** A batch of facts that has arrived whole. */
export interface ArrivedBatch {
  readonly rows: readonly EncodedRows[];
  readonly accepted: number;
  readonly bodySha256: string;
  /** Aborts when the client has left or may no longer send. */
  readonly signal: AbortSignal;
}

/** Stores facts until they are sealed, and records until they are replaced. */
export interface FactStore {
  /** Finds the batch that was accepted under the id. */
  findBatch(identity: BatchIdentity): Promise<AcceptedBatch | null>;
  /**
   * Stores a batch of facts in one transaction with those of its environment and dataset that arrive
   * at the same time. Returns `stored` when it is committed. `apart`: nothing was stored, because its
   * id is taken or the transaction failed; `openBatch` tells which. Throws the reason of the signal if
   * it aborts before the transaction begins.
   */
  storeTogether(identity: BatchIdentity, batch: ArrivedBatch): Promise<'stored' | 'apart'>;
  /** Returns a number for a batch whose segments are written before it is opened. */
  reserveBatch(): Promise<string>;
  /**
   * Opens a batch, or returns the batch that was accepted under the same id before. While another
   * request writes a batch with this id, it waits for that request to end. `batchSeq` is a number
   * from `reserveBatch`.
   */
  openBatch(
    identity: BatchIdentity,
    batchSeq?: string,
  ): Promise<{ writer: BatchWriter } | { accepted: AcceptedBatch }>;
}
