import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { resultView, type ResultView } from '@hourglass/contract';
import { viewResult, type QueryRecord, type ViewResultPorts } from '@hourglass/reports';
import { guardedRoute, type GuardedRoute } from '../http/route.ts';
import { queryNotFound } from './find-query.ts';
import type { QueryPlace } from './query-place.ts';
import { queryParamsOf } from './query-status-view.ts';

/** `GET …/hostQueries/{id}/resultView`: the rows of a completed query as one JSON object, read from its archive. */
export function getResultViewRoute(place: QueryPlace, ports: ViewResultPorts): GuardedRoute {
  return guardedRoute({
    ...place.rateLimits,
    method: 'get',
    path: `${place.path}/:id/resultView`,
    scope: 'read',
    missing: queryNotFound,
    operation: {
      id: `get${place.noun}ResultView`,
      tag: place.tag,
      summary: 'The rows of a completed query as JSON',
    },
    responses: { 200: { description: 'All rows.', json: resultView } },
    async handle({ request, response }) {
      const record = await place.find(request, response);
      const rows = await viewResult(record, ports);
      response.type('json').set('Cache-Control', 'private, no-transform');
      if (request.method === 'HEAD') {
        response.end();
        return;
      }
      const text = viewText(record, rows);
      // The first rows come before the headers are sent: a store that is away is then still a 503.
      const first = await text.next();
      // Rows that cannot be read to their end break the connection: what was sent is then no JSON.
      await pipeline(Readable.from(from(first, text), { objectMode: false }), response);
    },
  });
}

/** Ends after the last row was read and counted. */
async function* viewText(
  { plan }: QueryRecord,
  batches: AsyncIterable<readonly string[]>,
): AsyncGenerator<string, undefined> {
  const head: Omit<ResultView, 'rows'> = {
    code: 200,
    error: '',
    state: 'completed',
    metadata: queryParamsOf(plan),
  };
  let beforeRow = `${JSON.stringify(head).slice(0, -1)},"rows":[`;
  let end = `${beforeRow}]}`;
  for await (const rows of batches) {
    if (rows.length === 0) continue;
    yield beforeRow + rows.join(',');
    beforeRow = ',';
    end = ']}';
  }
  yield end;
}

async function* from(
  first: IteratorResult<string, undefined>,
  rest: AsyncIterable<string>,
): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}
