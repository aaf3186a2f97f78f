import { openedSharedView, resultView, type OpenedSharedView } from '@hourglass/contract';
import {
  openSharedView,
  polledStatusOf,
  ReportError,
  runSharedView,
  type QueryRecord,
  type QueryStore,
  type RunSharedViewPorts,
  type SharedViewStore,
  type UsableSharedView,
} from '@hourglass/reports';
import type { Request } from 'express';
import { describeLinkUse } from '../../http/audit.ts';
import { openRoute, type OpenRoute } from '../../http/route.ts';
import { scansWhileConnected, type ScanPorts } from '../../http/scans-while-connected.ts';
import { bearerToken } from '../../http/sent-credentials.ts';
import { pageParameters, sendRows, type SendRowsPorts } from '../queries/result-rows.ts';

export interface OpenSharedViewRoutePorts extends RunSharedViewPorts, SendRowsPorts, ScanPorts {
  readonly sharedViews: SharedViewStore;
  readonly queries: QueryStore;
}

const path = '/v1/shared/:sharedView';
const tag = 'Shared views';
const requestHeaders = { Authorization: 'Bearer and the secret of the view, the fragment of its URL.' };

/** `/v1/shared/{view}`: the bearer of a view may look at it, run its report, and read its rows. */
export function openSharedViewRoutes(ports: OpenSharedViewRoutePorts): OpenRoute[] {
  // Express tries paths in this order, and the second matches that of the first.
  return [runSharedViewRoute(ports), getSharedView(ports), getSharedRows(ports)];
}

function getSharedView(ports: OpenSharedViewRoutePorts): OpenRoute {
  return openRoute({
    method: 'get',
    path,
    operation: { id: 'openSharedView', tag, summary: 'Open a shared view by its secret' },
    requestHeaders,
    responses: { 200: { description: 'The view and the state of its query.', json: openedSharedView } },
    async handle({ request, response }) {
      const view = await viewIn(request, ports);
      response.set('Cache-Control', 'no-store').json(openedOf(view, await shownQuery(view, ports)));
    },
  });
}

function runSharedViewRoute(ports: OpenSharedViewRoutePorts): OpenRoute {
  return openRoute({
    method: 'post',
    path: `${path}\\:run`,
    operation: {
      id: 'runSharedView',
      tag,
      summary: 'Run the report of a shared view, unless its rows are fresh',
    },
    requestHeaders,
    responses: { 200: { description: 'The view and the state of its query.', json: openedSharedView } },
    async handle({ request, response }) {
      const view = await viewIn(request, ports);
      const { organization, environment } = view.tenant;
      const describe = describeLinkUse(request, response, view.id);
      const query = await runSharedView(
        view,
        await shownQuery(view, ports),
        ({ id: object, plan: { dataset } }) =>
          describe('query.submit', {
            organization,
            environment,
            object,
            details: { dataset, sharedView: view.id },
          }),
        { ...ports, scans: scansWhileConnected(response, ports) },
      );
      response.set('Cache-Control', 'no-store').json(openedOf(view, query));
    },
  });
}

function getSharedRows(ports: OpenSharedViewRoutePorts): OpenRoute {
  return openRoute({
    method: 'get',
    path: `${path}/resultView`,
    operation: { id: 'getSharedRows', tag, summary: 'Get the rows of a shared view as JSON' },
    requestHeaders,
    parameters: pageParameters,
    responses: { 200: { description: 'All rows, or a page.', json: resultView } },
    async handle({ request, response, parameters }) {
      const view = await viewIn(request, ports);
      const record = await shownQuery(view, ports);
      if (record === null) throw new ReportError('query.not_found', { id: view.queryId ?? 'of this view' });
      const { organization, environment } = view.tenant;
      const describe = describeLinkUse(request, response, view.id);
      const event = () => describe('shared_view.open', { organization, environment, object: record.id });
      await sendRows({ request, response, parameters }, { record, hasColumns: true, event }, ports);
    },
  });
}

function viewIn(request: Request, ports: OpenSharedViewRoutePorts): Promise<UsableSharedView> {
  return openSharedView({ id: String(request.params['sharedView']), secret: bearerToken(request) }, ports);
}

async function shownQuery(
  { queryId, tenant }: UsableSharedView,
  { queries }: OpenSharedViewRoutePorts,
): Promise<QueryRecord | null> {
  return queryId === null ? null : queries.find(tenant, queryId);
}

function openedOf(
  { title, expiresAt, subject }: UsableSharedView,
  query: QueryRecord | null,
): OpenedSharedView {
  return {
    ...(title === null ? {} : { title }),
    expires: expiresAt.toISOString(),
    isReport: subject.kind === 'report',
    ...(query === null ? {} : { query: stateOf(query) }),
  };
}

/** The part of a status that a bearer may know: neither the submitter nor the environment. */
function stateOf(query: QueryRecord): NonNullable<OpenedSharedView['query']> {
  const { state, created, progress, phase, resultRows, error } = polledStatusOf({
    ...query,
    scope: query.plan.tenant,
  });
  return {
    ...{ state, created },
    ...(progress === undefined ? {} : { progress }),
    ...(phase === undefined ? {} : { phase }),
    ...(resultRows === undefined ? {} : { resultRows }),
    ...(error === undefined ? {} : { error }),
  };
}
