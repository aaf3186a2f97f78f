/** A query that waits, as the database counts those before it. */
export interface QueuePlace {
  /** Queries that start before it if no other comes: of its organization, and of others. */
  readonly ours: number;
  readonly others: number;
  /** Whether its retry delay is not over. */
  readonly isRetry: boolean;
  /** Whether it waits for an equal query, whose place this is. */
  readonly hasJoined: boolean;
  /** Facts that it will read. */
  readonly facts: number;
  /** Seconds since the equal query started. Null: it waits too, or there is none. */
  readonly equalForSeconds: number | null;
}

/** A run, by the facts that it reads. */
export interface Run {
  readonly facts: number;
  readonly seconds: number;
}

/** A completed run. Its times are seconds on one clock. */
export interface PastRun extends Run {
  /** The submission of its query. */
  readonly createdAt: number;
  readonly endedAt: number;
}

/** The work of all workers. */
export interface QueueLoad {
  /** The facts of the next waiting queries, in their order. */
  readonly waiting: readonly number[];
  /** The running queries with the seconds since they started. */
  readonly running: readonly Run[];
  /** Recent completed runs, newest first. */
  readonly past: readonly PastRun[];
}

/** Reads the queue. Concurrent reads share one statement. */
export interface QueueReads {
  /** Null: the query is not enqueued. */
  place(id: string): Promise<QueuePlace | null>;
  load(): Promise<QueueLoad>;
}

/** Why a query waits: for an equal query, its retry delay, the queries before it, or a free worker. */
export type QueueReason = 'equal_query' | 'retry_wait' | 'environment_turn' | 'workers_busy';

export function reasonOf({ hasJoined, isRetry, ours, others }: QueuePlace): QueueReason {
  if (hasJoined) return 'equal_query';
  if (isRetry) return 'retry_wait';
  return ours + others > 0 ? 'environment_turn' : 'workers_busy';
}
