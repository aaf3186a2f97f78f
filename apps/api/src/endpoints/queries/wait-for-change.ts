import type { PolledQuery } from '@hourglass/reports';
import { clientGone } from '../../http/client-gone.ts';
import { preferredWaitSeconds } from '../../http/prefer-wait.ts';
import type { GuardedCall, HeaderValues } from '../../http/route.ts';
import { leaveOut } from '../../http/seconds-since.ts';
import type { Slots } from '../../connections/slots.ts';
import type { QueryWatch } from '../../events/query-watch.ts';
import type { QueryCollection } from './query-collections.ts';

export interface WaitPorts {
  readonly watch: QueryWatch;
  /** Requests that wait and streams, by organization. */
  readonly slots: Slots;
}

interface Polled {
  readonly query: PolledQuery;
  readonly headers: HeaderValues;
}

/** Reads also without a notification, for credentials that ended and for a connection that broke silently. */
const readAtLeastEveryMs = 15_000;

/**
 * Waits for the seconds of `Prefer: wait=N` until the query has another state than `found`, and returns its newest status;
 * null: it was deleted. Returns at once for a query that has ended, and, without `Preference-Applied`, when too many
 * requests wait.
 * @throws ReportError as authentication when the credentials end
 */
export async function waitForChange(
  { request, response, principal, reauthenticate }: GuardedCall,
  found: Polled,
  { collection, watch, slots }: WaitPorts & { readonly collection: QueryCollection },
): Promise<Polled | null> {
  const seconds = preferredWaitSeconds(request);
  if (seconds === null) return found;
  const release = slots.take(principal.organization);
  if (release === null) {
    response.setHeader('Retry-After', '1');
    return found;
  }
  response.setHeader('Preference-Applied', `wait=${seconds}`);
  const beganAtMs = performance.now();
  const untilMs = beganAtMs + seconds * 1000;
  const gone = clientGone(response);
  const watcher = watch.ofQuery(found.query.id);
  try {
    let now: Polled | null = found;
    while (now !== null && !hasEnded(now) && now.query.state === found.query.state) {
      // The first read follows the beginning of the watch, so that no change is between the two.
      [, now] = await Promise.all([reauthenticate(), collection.poll(request)]);
      const remainingMs = untilMs - performance.now();
      if (now === null || now.query.state !== found.query.state) break;
      if (remainingMs <= 0 || watch.draining.aborted) break;
      await watcher.next(Math.min(remainingMs, readAtLeastEveryMs), gone);
      gone.throwIfAborted();
    }
    return now;
  } finally {
    watcher.end();
    release();
    leaveOut(response, performance.now() - beganAtMs);
  }
}

function hasEnded({ query: { state } }: Polled): boolean {
  return state !== 'enqueued' && state !== 'running';
}
