export const queueName = 'run-query';

/** The braces are a hash tag, which keeps all keys of the queue in one slot of a Redis Cluster. */
export const defaultPrefix = '{hourglass}';

/** A wake-up. It only says that queries are waiting; the worker reads the next one from PostgreSQL. */
export interface QueryJob {
  /** Read only by workers of the previous version. */
  readonly queryId: string;
}
