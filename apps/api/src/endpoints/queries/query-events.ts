import { RetryLater, newestEventId, type EventPage, type QueryEvents } from '@hourglass/reports';
import { eventStreamType, streamEvents, type Streamed } from '../../events/event-stream.ts';
import type { Watcher } from '../../events/query-watch.ts';
import { lastEventIdOf } from '../../http/last-event-id.ts';
import { guardedRoute, type GuardedCall, type GuardedRoute } from '../../http/route.ts';
import { setHeaders } from '../../http/send-json.ts';
import { queryNotFound, type QueryCollection } from './query-collections.ts';
import { queryEventOf } from './query-status-view.ts';
import type { WaitPorts } from './wait-for-change.ts';

export interface EventPorts extends WaitPorts {
  readonly events: QueryEvents;
}

const requestHeaders = {
  'Last-Event-ID': 'Id of the last event that the client has; the stream continues after it.',
};
/** A stream is open for long, so another one is not free at once. */
const retryAfterSeconds = 5;

/** `GET …/queries/{id}/events`: every change of a query as server-sent events, from its submission to its end. */
export function queryEventsRoute(collection: QueryCollection, ports: EventPorts): GuardedRoute {
  return guardedRoute({
    ...collection.rateLimits,
    method: 'get',
    path: `${collection.path}/:id/events`,
    scope: 'read',
    missing: queryNotFound,
    operation: {
      id: `stream${collection.noun}Events`,
      tag: collection.tag,
      summary: 'Stream the changes of a query as server-sent events',
    },
    requestHeaders,
    responses: {
      200: { description: 'The events of the query, until it ends.', mediaTypes: [eventStreamType] },
      204: { description: 'The query has ended, and the client has its last event.' },
    },
    read: (request) => collection.poll(request),
    async handle(call) {
      const { request, response, found } = call;
      if (found === null) throw queryNotFound(request);
      setHeaders(response, found.headers);
      const { id, scope } = found.query;
      const read = (afterId: string) => ports.events.ofQuery(scope, id, afterId);
      await withStream(call, ports, ports.watch.ofQuery(id), async (stream) => {
        const afterId = lastEventIdOf(request);
        const first = await read(afterId ?? '0');
        if (first === null) throw queryNotFound(request);
        const hasGap = afterId !== null && !first.isKnown;
        const isEnd = ({ isFull, state }: typeof first) =>
          !isFull && state !== 'enqueued' && state !== 'running';
        if (isEnd(first) && first.events.length === 0 && !hasGap) response.status(204).end();
        else await streamEvents(call, { ...stream, read, first, hasGap, isEnd });
      });
    },
  });
}

/** `GET …/queries/events`: the changes of all queries from now on, or after `Last-Event-ID`. */
export function queriesEventsRoute(collection: QueryCollection, ports: EventPorts): GuardedRoute {
  return guardedRoute({
    ...collection.rateLimits,
    method: 'get',
    path: `${collection.path}/events`,
    scope: 'read',
    operation: {
      id: `stream${collection.plural}Events`,
      tag: collection.tag,
      summary: 'Stream the changes of all queries as server-sent events',
    },
    requestHeaders,
    parameters: collection.scopeParameters,
    responses: {
      200: { description: 'The events of the queries.', mediaTypes: [eventStreamType] },
    },
    async handle(call) {
      const { request, response, parameters } = call;
      const { tenant, hostname = null } = await collection.locate(request, response, parameters);
      const read = (afterId: string) => ports.events.ofEnvironment(tenant, hostname, afterId);
      await withStream(call, ports, ports.watch.ofEnvironment(tenant.environmentId), async (stream) => {
        const afterId = lastEventIdOf(request);
        const first = await read(afterId ?? newestEventId);
        if (first === null) throw queryNotFound(request);
        const hasGap = afterId !== null && !first.isKnown;
        await streamEvents(call, { ...stream, read, first, hasGap, isEnd: () => false });
      });
    },
  });
}

type StreamOf = Pick<Streamed<EventPage>, 'watcher' | 'draining' | 'dataOf'>;

/**
 * Runs a stream while it has a slot, and frees its watcher.
 * @throws RetryLater `limit.streams` when the organization or the process has too many
 */
async function withStream(
  { principal }: Pick<GuardedCall, 'principal'>,
  { slots, watch: { draining } }: EventPorts,
  watcher: Watcher,
  run: (stream: StreamOf) => Promise<void>,
): Promise<void> {
  const release = slots.take(principal.organization);
  try {
    if (release === null) throw new RetryLater('limit.streams', retryAfterSeconds);
    await run({ watcher, draining, dataOf: queryEventOf });
  } finally {
    watcher.end();
    release?.();
  }
}
