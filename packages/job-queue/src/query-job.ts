export const queueName = 'run-query';

/** The braces are a hash tag: all keys of the queue must lie in one slot of a Redis Cluster. */
export const defaultPrefix = '{hourglass}';

/** A ring. It says that there is work; which is read from Postgres by whoever hears it. */
export interface QueryJob {
  /** What workers of the version before run. */
  readonly queryId: string;
}
