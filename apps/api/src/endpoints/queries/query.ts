import { queryStatus } from '@hourglass/contract';
import { cancelQuery, polledStatusOf, type QueryStore } from '@hourglass/reports';
import { maxWaitSeconds } from '../../http/prefer-wait.ts';
import { guardedRoute, type GuardedCall, type GuardedRoute } from '../../http/route.ts';
import { sendJson, setHeaders } from '../../http/send-json.ts';
import type { QueueViews } from '../../queue/queue-views.ts';
import { queryNotFound, type QueryCollection } from './query-collections.ts';
import { queryStatusOf, statusFor, withPlace } from './query-status-view.ts';
import { waitForChange, type WaitPorts } from './wait-for-change.ts';

/** `GET …/queries/{id}`: the poll. With `Prefer: wait=N` it waits for the next state. */
export function getQueryRoute(
  collection: QueryCollection,
  { queue, ...waiting }: WaitPorts & { readonly queue: QueueViews },
): GuardedRoute {
  return guardedRoute({
    ...collection.rateLimits,
    method: 'get',
    path: `${collection.path}/:id`,
    scope: 'read',
    missing: queryNotFound,
    operation: {
      id: `get${collection.noun}`,
      tag: collection.tag,
      summary: 'Get the state and progress of a query',
    },
    responses: { 200: { description: 'The query.', json: queryStatus } },
    read: (request) => collection.poll(request),
    requestHeaders: {
      Prefer: `wait=N answers at the next change of the state, or after N seconds, at most ${maxWaitSeconds}. Preference-Applied is in the response unless too many requests wait.`,
    },
    async handle(call) {
      const { request, response, found } = call;
      if (found === null) throw queryNotFound(request);
      const polled =
        request.headers['prefer'] === undefined
          ? found
          : await waitForChange(call, found, { ...waiting, collection });
      if (polled === null) throw queryNotFound(request);
      setHeaders(response, polled.headers);
      response.setHeader('Cache-Control', 'no-store');
      const { query } = polled;
      const place = query.state === 'enqueued' ? await queue.of(query.id) : undefined;
      sendJson(response, statusFor(request, withPlace(polledStatusOf(query), place)));
    },
  });
}

/**
 * `POST …/queries/{id}:cancel` and `DELETE …/queries/{id}`: synonyms, because clients exist for
 * both.
 */
export function cancelQueryRoutes(collection: QueryCollection, queries: QueryStore): readonly GuardedRoute[] {
  const { path, tag, noun } = collection;
  const summary = 'Cancel a query that is enqueued or running';
  const common = {
    ...collection.rateLimits,
    scope: 'submit',
    missing: queryNotFound,
    responses: { 200: { description: 'The cancelled query.', json: queryStatus } },
    async handle({ request, response, audit }: Pick<GuardedCall, 'request' | 'response' | 'audit'>) {
      const found = await collection.find(request, response);
      const { environment } = found.plan.tenant;
      const event = audit('query.cancel', { environment, object: found.id });
      const cancelled = await cancelQuery(found, { queries, audit: event });
      response.set('Cache-Control', 'no-store').json(queryStatusOf(cancelled));
    },
  } as const;
  return [
    guardedRoute({
      ...common,
      method: 'post',
      path: `${path}/:id\\:cancel`,
      operation: { id: `cancel${noun}`, tag, summary },
    }),
    guardedRoute({
      ...common,
      method: 'delete',
      path: `${path}/:id`,
      operation: { id: `delete${noun}`, tag, summary },
    }),
  ];
}
