import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { queryEvent, type QueryEventData, type QueryStatus } from '@hourglass/contract';
import type { ApiClient, Place } from './api-client.ts';

/** The part of a status that a stream has too. */
export type ShownStatus = Pick<QueryStatus, 'state' | 'phase' | 'progress' | 'rowsScanned' | 'queue'>;

export interface Followed {
  readonly place: Place;
  readonly id: string;
  /** A time of `performance.now()`. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  readonly show: (status: ShownStatus) => void;
}

const pollIntervalMs = 500;
/** `setTimeout` takes no more. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Follows the stream of the query, or polls where the server has none. Returns the last status: of the end of the query,
 * or at the deadline.
 */
export async function followQuery(
  api: Pick<ApiClient, 'status' | 'queryEvents'>,
  { place, id, deadlineMs, signal, show }: Followed,
): Promise<QueryStatus> {
  let hasStream = true;
  for (let isFirst = true; ; isFirst = false) {
    const status = await api.status(place, id);
    show(status);
    if (hasEnded(status) || performance.now() > deadlineMs) return status;
    if (!isFirst) await delay(pollIntervalMs, undefined, { signal });
    if (hasStream) {
      hasStream = await api
        .queryEvents(place, id)
        .then((stream) => showEvents(stream, { deadlineMs, show }))
        .catch(() => false);
      signal.throwIfAborted();
    }
  }
}

/** Shows events until the stream ends or the deadline passes. Returns whether the stream had any. */
async function showEvents(
  stream: IncomingMessage,
  { deadlineMs, show }: Pick<Followed, 'deadlineMs' | 'show'>,
): Promise<boolean> {
  const remainingMs = Math.min(deadlineMs - performance.now(), longestTimerMs);
  const timer = setTimeout(() => stream.destroy(), Math.max(0, remainingMs));
  let hadEvents = false;
  let unread = '';
  try {
    for await (const chunk of stream.setEncoding('utf8')) {
      const blocks = `${unread}${String(chunk)}`.split('\n\n');
      unread = blocks.pop() ?? '';
      // The stream begins with the past; only the newest event of what arrives together is of interest.
      const newest = blocks.map(eventOf).findLast((event) => event !== null);
      if (newest === undefined || newest === null) continue;
      hadEvents = true;
      show(newest);
    }
  } catch {
    // The connection broke, or the deadline passed. The caller reads the status.
  } finally {
    clearTimeout(timer);
  }
  return hadEvents;
}

/** Null: the block of the stream is no event of a query. */
function eventOf(block: string): QueryEventData | null {
  const data = block.split('\n').find((line) => line.startsWith('data: '));
  if (data === undefined) return null;
  return queryEvent.safeParse(JSON.parse(data.slice('data: '.length))).data ?? null;
}

function hasEnded({ state }: ShownStatus): boolean {
  return state !== 'enqueued' && state !== 'running';
}
