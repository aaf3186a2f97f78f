import type { ListedQuery, QueryParams, QueryStatus, QueueView } from '@hourglass/contract';
import { hasEnded, idOf } from '../../api/query-events.ts';
import type { TextKey } from '../../text/languages.ts';
import { adviceOn } from './failure-advice.ts';

/** How far a query is. */
export interface QueryProgress {
  readonly state: QueryStatus['state'];
  readonly stateKey: TextKey;
  /** While the query is enqueued or running. */
  readonly phaseKey: TextKey | null;
  /** Percent; null once the query has ended. */
  readonly progress: number | null;
  /** Rows of a completed query. */
  readonly rows: number | null;
  /** While the query is enqueued. */
  readonly queue: QueueView | null;
}

/** A query as a row of the list. */
export interface QueryRow extends QueryProgress {
  readonly id: string;
  readonly title: string;
  readonly range: string;
  readonly created: string;
  readonly submitter: string;
  /** The reason of a failed query. */
  readonly reason: string | null;
  /** The next step after it. */
  readonly adviceKey: TextKey | null;
  readonly canCancel: boolean;
  readonly canRunAgain: boolean;
}

export interface RowFormats {
  readonly range: Intl.DateTimeFormat;
  readonly created: Intl.DateTimeFormat;
}

/** Creates the formats of a list once: making one costs more than using it. */
export function rowFormats(tag: string): RowFormats {
  return {
    range: new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }),
    created: new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' }),
  };
}

export function prepareRow(query: ListedQuery, formats: RowFormats, maySubmit: boolean): QueryRow {
  const { state, queryParams, created, userId, error } = query;
  const { startTimestamp, endTimestamp } = queryParams;
  return {
    ...prepareState(query),
    id: idOf(query),
    title: query.name ?? titleOf(queryParams),
    range: `${formats.range.formatRange(new Date(startTimestamp), new Date(endTimestamp))} UTC`,
    created: formats.created.format(new Date(created)),
    submitter: userId,
    reason: state === 'failed' ? (error ?? '') : null,
    adviceKey: state === 'failed' ? adviceOn(error ?? '') : null,
    canCancel: maySubmit && !hasEnded(query),
    canRunAgain: maySubmit && hasEnded(query),
  };
}

export function prepareState(
  query: Pick<QueryStatus, 'state' | 'phase' | 'progress' | 'resultRows' | 'queue'>,
): QueryProgress {
  const { state, phase, progress = 0, resultRows, queue } = query;
  const isOver = hasEnded(query);
  return {
    state,
    stateKey: `state.${state}`,
    // The place says more than that it waits.
    phaseKey: isOver || phase === undefined || queue !== undefined ? null : `phase.${phase}`,
    progress: isOver ? null : progress,
    rows: resultRows === undefined ? null : Number(resultRows),
    queue: queue ?? null,
  };
}

/** Names a query by its columns: `sum_message_count by apiproxy, hour`. */
function titleOf({ metrics, dimensions, timeUnit }: QueryParams): string {
  const columns = metrics.map((metric) => /(?:^|,)alias:(.*)$/.exec(metric)?.[1] ?? metric);
  const groups = [...dimensions, ...(timeUnit === undefined ? [] : [timeUnit])];
  if (columns.length === 0) return groups.join(', ');
  return groups.length === 0 ? columns.join(', ') : `${columns.join(', ')} / ${groups.join(', ')}`;
}
