import { moment, oneOf, queryList, wholeNumber, type ListedQuery, type QueryList } from '@hourglass/contract';
import type { Catalogue } from '@hourglass/query';
import {
  invalidRequest,
  queryStates,
  type ListCriteria,
  type QueryRecord,
  type QueryStore,
} from '@hourglass/reports';
import { z } from 'zod';
import type { QueueViews } from '../../queue/queue-views.ts';
import { pageToken, positionOf } from '../../http/page-token.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import type { QueryCollection } from './query-collections.ts';
import { listedQueryOf, statusFor, withPlace } from './query-status-view.ts';

const defaultPageSize = 100;
const maxPageSize = 1000;

type FilterParameters = ReturnType<typeof filterParameters>;
type Filter = { readonly [Name in keyof FilterParameters]: z.output<FilterParameters[Name]> };

/** `GET …/queries` and `GET …/hostQueries?envgroupHostname=`: newest first, in pages. */
export function listQueriesRoute(
  collection: QueryCollection,
  {
    catalogue,
    queries,
    queue,
  }: { readonly catalogue: Catalogue; readonly queries: QueryStore; readonly queue: QueueViews },
): GuardedRoute {
  return guardedRoute({
    ...collection.rateLimits,
    method: 'get',
    path: collection.path,
    scope: 'read',
    operation: {
      id: `list${collection.plural}`,
      tag: collection.tag,
      summary: 'List queries, newest first',
    },
    parameters: { ...collection.scopeParameters, ...filterParameters(catalogue), ...pageParameters },
    responses: { 200: { description: 'A page of queries.', json: queryList } },
    async handle({ request, response, parameters }) {
      const { tenant, hostname } = await collection.locate(request, response, parameters);
      const { pageSize, pageToken: token } = parameters;
      const criteria = { ...listCriteria(parameters), hostname: hostname ?? null };
      const listed = { ...criteria, environmentId: tenant.environmentId };
      const after = token === undefined ? {} : { after: positionOf(token, listed) };
      // One more than the page shows whether another page follows.
      const found = await queries.list(tenant, { ...criteria, ...after }, pageSize + 1);
      const page = found.slice(0, pageSize);
      const last = page.at(-1);
      const body: QueryList = {
        queries: await Promise.all(
          page.map(async (record) => statusFor(request, await viewOf(record, queue))),
        ),
        ...(last !== undefined && found.length > pageSize ? { nextPageToken: pageToken(last, listed) } : {}),
      };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}

async function viewOf(record: QueryRecord, queue: QueueViews): Promise<ListedQuery> {
  const place = record.state === 'enqueued' ? await queue.of(record.id) : undefined;
  return withPlace(listedQueryOf(record), place);
}

function filterParameters(catalogue: Catalogue) {
  const [first, ...others] = catalogue.keys();
  if (first === undefined) throw new Error('the catalogue has no dataset');
  return {
    submittedBy: z.string().optional().describe('E-mail address of the submitter; case-insensitive.'),
    status: oneOf(queryStates).optional().describe('State of the queries.'),
    dataset: oneOf([first, ...others])
      .optional()
      .describe('Dataset of the queries; all by default.'),
    from: moment.optional().describe('Created at or after this time.'),
    to: moment.optional().describe('Created before this time.'),
    inclQueriesWithoutReport: oneOf(['true', 'false'])
      .default('true')
      .describe('false: omit queries without a reportDefinitionId.'),
  };
}

const pageParameters = {
  pageSize: wholeNumber({ min: 1, max: maxPageSize })
    .default(defaultPageSize)
    .describe(`Queries per page, at most ${maxPageSize}; ${defaultPageSize} by default.`),
  pageToken: z.string().optional().describe('nextPageToken of the previous page.'),
};

/** @throws ReportError `request.invalid` unless `from` is before `to` */
function listCriteria(filter: Filter): ListCriteria {
  const { submittedBy, status, dataset, from, to, inclQueriesWithoutReport } = filter;
  if (from !== undefined && to !== undefined && from >= to) {
    throw invalidRequest([{ field: 'to', message: 'it is not after from; expected a later time' }]);
  }
  return {
    // E-mail addresses are stored in lower case.
    ...(submittedBy === undefined ? {} : { submittedBy: submittedBy.toLowerCase() }),
    ...(status === undefined ? {} : { state: status }),
    ...(dataset === undefined ? {} : { dataset }),
    ...(from === undefined ? {} : { createdFrom: from }),
    ...(to === undefined ? {} : { createdBefore: to }),
    ...(inclQueriesWithoutReport === 'true' ? {} : { hasReport: true }),
  };
}
