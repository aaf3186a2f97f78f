/** An accepted batch. */
export interface BatchRecord {
  /** Ascends in the order in which batches began. */
  readonly seq: bigint;
  /** The client's idempotency key, unique in its dataset. */
  readonly id: string;
  /** Name of the dataset or record set. */
  readonly dataset: string;
  readonly createdAt: Date;
  /** Null: an earlier version accepted it. */
  readonly createdBy: string | null;
  /** Facts or records that were accepted and not deleted since. */
  readonly facts: number;
  /** Times of the first and the last fact. Null: records, or an earlier version accepted it. */
  readonly firstAt: Date | null;
  readonly lastAt: Date | null;
}

export interface BatchCriteria {
  readonly dataset?: string;
  readonly createdFrom?: Date;
  readonly createdBefore?: Date;
  /** Begins after this batch, towards older ones. */
  readonly afterSeq?: bigint;
}

export interface BatchList {
  /** Lists an environment's batches, newest first. */
  list(environmentId: number, criteria: BatchCriteria, limit: number): Promise<readonly BatchRecord[]>;
  /** Finds the batches with an id, one for each dataset at most. */
  find(environmentId: number, id: string): Promise<readonly BatchRecord[]>;
}
