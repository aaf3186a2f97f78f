import type { WaitingQuery } from '@hourglass/reports';

export const queueName = 'run-query';

/** The braces are a hash tag: all keys of the queue must lie in one slot of a Redis Cluster. */
export const defaultPrefix = '{hourglass}';

/** All that a job carries: everything else is read from Postgres by whoever runs it. */
export interface QueryJob {
  readonly queryId: string;
}

/** One id per attempt makes a second ring for the same attempt a no-op while the first one waits or runs. */
export function jobId({ id, attempt }: WaitingQuery): string {
  return `${id}-${attempt + 1}`;
}
