import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { resultView, wholeNumber, type ResultView } from '@hourglass/contract';
import { bindPlan, describeColumns, type ColumnDescription } from '@hourglass/query';
import {
  invalidRequest,
  viewResult,
  type AuditEvent,
  type AuditLog,
  type QueryRecord,
  type RowPage,
  type ViewResultPorts,
} from '@hourglass/reports';
import { z } from 'zod';
import { rowPageToken, skippedRowsOf } from '../../http/page-token.ts';
import { guardedRoute, type GuardedRoute, type OpenCall } from '../../http/route.ts';
import { queryNotFound, type QueryCollection } from './query-collections.ts';
import { queryParamsOf } from './query-status-view.ts';

const maxPageSize = 10_000;

/**
 * `GET …/queries/{id}/resultView`: the rows of a completed query as one JSON object, read from its
 * archive; with `pageSize` a page of them.
 */
export function getResultRowsRoute(collection: QueryCollection, ports: SendRowsPorts): GuardedRoute {
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
    parameters: pageParameters,
    responses: {
      200: { description: 'All rows, or a page. Each row is on a line of its own.', json: resultView },
    },
    async handle({ request, response, audit, parameters }) {
      const record = await collection.find(request, response);
      const { environment } = record.plan.tenant;
      await sendRows(
        { request, response, parameters },
        {
          record,
          // The contract's view of hosts has no columns.
          hasColumns: collection.kind === 'environment',
          event: () => audit('result.rows', { environment, object: record.id }),
        },
        ports,
      );
    },
  });
}

export interface SendRowsPorts extends ViewResultPorts {
  readonly audit: Pick<AuditLog, 'record'>;
}

/**
 * Sends the rows of a result, all or a page. The event is committed before the first row is sent.
 * @throws ReportError `request.invalid` for a wrong page, and those of `viewResult`
 */
export async function sendRows(
  {
    request,
    response,
    parameters,
  }: Pick<OpenCall, 'request' | 'response'> & { readonly parameters: PageParameters },
  {
    record,
    hasColumns,
    event,
  }: {
    readonly record: QueryRecord;
    /** Whether a view of all rows has columns; a page always has. */
    readonly hasColumns: boolean;
    readonly event: () => AuditEvent;
  },
  { audit, ...ports }: SendRowsPorts,
): Promise<void> {
  const page = pageOf(parameters, record);
  const found = await viewResult(record, ports, page);
  const headers = { 'Content-Type': 'application/json', 'Cache-Control': 'private, no-transform' };
  if (request.method === 'HEAD') {
    response.set(headers).end();
    return;
  }
  const columns =
    page !== null || hasColumns ? describeColumns(bindPlan(record.plan, ports.catalogue)) : null;
  const text = viewText(headOf(record, columns, nextPageToken(page, found.totalRows, record)), found.batches);
  // The first rows are read before headers are set, so that an unreachable store still gives a
  // 503.
  const first = await text.next();
  await audit.record(event());
  response.set(headers);
  // A read that fails later breaks the connection and leaves invalid JSON, so no client takes
  // it for all rows.
  await pipeline(Readable.from(prepend(first, text), { objectMode: false }), response);
}

export const pageParameters = {
  pageSize: wholeNumber({ min: 1, max: maxPageSize })
    .optional()
    .describe(`Rows of a page, at most ${maxPageSize}. Absent: all rows.`),
  pageToken: z.string().optional().describe('nextPageToken of the previous page. Needs pageSize.'),
};

interface PageParameters {
  readonly pageSize?: number | undefined;
  readonly pageToken?: string | undefined;
}

/** @throws ReportError `request.invalid` for a token without a size, or of another result */
function pageOf({ pageSize, pageToken }: PageParameters, { id }: QueryRecord): RowPage | null {
  if (pageSize === undefined) {
    if (pageToken === undefined) return null;
    throw invalidRequest([
      { field: 'pageToken', message: 'a token without a size; expected pageSize as well' },
    ]);
  }
  const skippedRows = pageToken === undefined ? 0 : skippedRowsOf(pageToken, { id });
  return { skippedRows, pageRows: pageSize };
}

/** A token fits the result only, so that the size of pages may change. */
function nextPageToken(page: RowPage | null, totalRows: number, { id }: QueryRecord): string | null {
  const end = page === null ? totalRows : page.skippedRows + page.pageRows;
  return end < totalRows ? rowPageToken(end, { id }) : null;
}

function headOf(
  { plan }: QueryRecord,
  columns: readonly ColumnDescription[] | null,
  token: string | null,
): Omit<ResultView, 'rows'> {
  return {
    code: 200,
    error: '',
    state: 'completed',
    metadata: queryParamsOf(plan),
    ...(columns === null ? {} : { columns: [...columns] }),
    ...(token === null ? {} : { nextPageToken: token }),
  };
}

/**
 * Each row is on a line of its own, so that a client can divide the text without parsing it. The end of the JSON object
 * follows only after the last row was read and counted.
 */
async function* viewText(
  head: Omit<ResultView, 'rows'>,
  batches: AsyncIterable<readonly string[]>,
): AsyncGenerator<string, undefined> {
  let beforeRow = `${JSON.stringify(head).slice(0, -1)},"rows":[`;
  let end = `${beforeRow}]}`;
  for await (const rows of batches) {
    if (rows.length === 0) continue;
    yield beforeRow + rows.join(',\n');
    beforeRow = ',\n';
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
