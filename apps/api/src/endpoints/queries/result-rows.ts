import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { resultView, type ResultView } from '@hourglass/contract';
import { viewResult, type AuditLog, type QueryRecord, type ViewResultPorts } from '@hourglass/reports';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { queryNotFound, type QueryCollection } from './query-collections.ts';
import { queryParamsOf } from './query-status-view.ts';

/**
 * `GET …/hostQueries/{id}/resultView`: the rows of a completed query as one JSON object, read from
 * its archive.
 */
export function getResultRowsRoute(
  collection: QueryCollection,
  { audit: auditLog, ...ports }: ViewResultPorts & { readonly audit: Pick<AuditLog, 'record'> },
): GuardedRoute {
  return guardedRoute({
    ...collection.rateLimits,
    method: 'get',
    path: `${collection.path}/:id/resultView`,
    scope: 'read',
    missing: queryNotFound,
    operation: {
      id: `get${collection.noun}ResultView`,
      tag: collection.tag,
      summary: 'Get the rows of a completed query as JSON',
    },
    responses: { 200: { description: 'All rows.', json: resultView } },
    async handle({ request, response, audit }) {
      const record = await collection.find(request, response);
      const rows = await viewResult(record, ports);
      const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'private, no-transform' };
      if (request.method === 'HEAD') {
        response.set(headers).end();
        return;
      }
      const text = viewText(record, rows);
      // The first rows are read before headers are set, so that an unreachable store still gives a
      // 503.
      const first = await text.next();
      const { environment } = record.plan.tenant;
      await auditLog.record(audit('result.rows', { environment, object: record.id }));
      response.set(headers);
      // A read that fails later breaks the connection and leaves invalid JSON, so no client takes
      // it for all rows.
      await pipeline(Readable.from(prepend(first, text), { objectMode: false }), response);
    },
  });
}

/** The end of the JSON object follows only after the last row was read and counted. */
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

async function* prepend(
  first: IteratorResult<string, undefined>,
  rest: AsyncIterable<string>,
): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}
