import type { QueryEventData, QueryStatus } from '@hourglass/contract';

/** Data of an event, and its kind. */
export interface TimedEvent extends QueryEventData {
  readonly kind: 'state' | 'progress';
}

/** Returns the last segment of the path of a query. */
export function idOf({ self }: Pick<QueryStatus, 'self'>): string {
  return self.slice(self.lastIndexOf('/') + 1);
}

export function hasEnded({ state }: Pick<QueryStatus, 'state'>): boolean {
  return state !== 'enqueued' && state !== 'running';
}

/**
 * Returns the query after an event. An event that is older than what a list already showed changes nothing, so that no
 * row jumps back; `updated` has seconds, events have milliseconds.
 */
export function applyEvent<Query extends QueryStatus>(query: Query, event: TimedEvent): Query {
  const { updated = query.created } = query;
  if (Date.parse(event.time) < Date.parse(updated)) return query;
  const { state, progress, phase, rowsScanned, error } = event;
  // The response to a submission has the text "false".
  const { phase: _phase, error: _error, queue, ...rest } = query;
  const changed = {
    ...rest,
    state,
    ...(state === 'enqueued' && queue !== undefined ? { queue } : {}),
    progress: Math.max(progress ?? 0, query.progress ?? 0),
    ...(rowsScanned === undefined ? {} : { rowsScanned }),
    ...(phase === undefined ? {} : { phase }),
    ...(error === undefined ? {} : { error }),
    updated: `${event.time.slice(0, 19)}Z`,
  };
  return changed as unknown as Query;
}
