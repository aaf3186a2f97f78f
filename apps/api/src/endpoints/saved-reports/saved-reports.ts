import {
  deletedReport,
  maxReportBytes,
  oneOf,
  savedReport,
  savedReportList,
  saveReportBody,
} from '@hourglass/contract';
import { createReport, ReportError, replaceReport, type SaveReportPorts } from '@hourglass/reports';
import { scopeOf } from '../../http/find-tenant.ts';
import type { EventLoopTurns } from '../../http/event-loop-turns.ts';
import { ItemByItem, sendInPieces } from '../../http/json-pieces.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { definitionOf, nameOf, viewOf } from './report-view.ts';
import { reportKeyOf } from './report-in-path.ts';

const path = '/v1/organizations/:organization/reports';
const tag = 'Saved reports';

const body = jsonBody(saveReportBody, {
  maxBytes: maxReportBytes,
  example: {
    displayName: 'Errors by proxy',
    metrics: [{ name: 'is_error', function: 'sum' }],
    dimensions: ['apiproxy'],
    filter: '(response_status_code ge 500)',
    timeUnit: 'day',
    chartType: 'line',
  },
});

interface SavedReportPorts extends SaveReportPorts {
  /** Its keys are organizations. */
  readonly turns: EventLoopTurns;
}

/** `…/reports`: the queries that an organization keeps, in Apigee's form or that of Hourglass. */
export function savedReportRoutes(ports: SavedReportPorts): readonly GuardedRoute[] {
  return [
    listReports(ports),
    getReport(ports),
    createReportRoute(ports),
    replaceReportRoute(ports),
    deleteReport(ports),
  ];
}

function listReports({ reports, turns }: Pick<SavedReportPorts, 'reports' | 'turns'>): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'read',
    operation: { id: 'listReports', tag, summary: 'List saved reports' },
    parameters: {
      expand: oneOf(['true', 'false'])
        .default('false')
        .describe('true: whole reports; otherwise their names only.'),
    },
    responses: { 200: { description: 'All saved reports, oldest first.', json: savedReportList } },
    async handle({ request, response, parameters: { expand } }) {
      const { organization } = scopeOf(request);
      const found = await reports.list(organization);
      const items = found.map((report) =>
        expand === 'true' ? viewOf(report, organization) : nameOf(report),
      );
      response.set('Cache-Control', 'no-store');
      await sendInPieces(response, { qualifier: new ItemByItem(items) }, () => turns.next(organization));
    },
  });
}

function getReport({ reports }: SaveReportPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${path}/:report`,
    scope: 'read',
    operation: { id: 'getReport', tag, summary: 'Get a saved report' },
    responses: { 200: { description: 'The saved report.', json: savedReport } },
    async handle({ request, response }) {
      const key = reportKeyOf(request);
      const found = await reports.view(key);
      if (found === null) throw new ReportError('report.not_found', { name: key.id });
      response.set('Cache-Control', 'no-store').json(viewOf(found, key.organization));
    },
  });
}

function createReportRoute(ports: SaveReportPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path,
    scope: 'submit',
    operation: { id: 'createReport', tag, summary: 'Save a report' },
    body,
    // 200 and not 201, as in Apigee.
    responses: {
      200: { description: 'The saved report, with the name that the server made.', json: savedReport },
    },
    async handle({ request, response, body: sent, audit }) {
      const { organization } = scopeOf(request);
      const report = await createReport(organization, definitionOf(sent), {
        ...ports,
        audit: ({ id: object }) => audit('report.create', { object }),
      });
      response.json(viewOf(report, organization));
    },
  });
}

function replaceReportRoute(ports: SaveReportPorts): GuardedRoute {
  return guardedRoute({
    method: 'put',
    path: `${path}/:report`,
    scope: 'submit',
    operation: { id: 'replaceReport', tag, summary: 'Replace the definition of a saved report' },
    body,
    responses: { 200: { description: 'The changed report.', json: savedReport } },
    async handle({ request, response, body: sent, audit }) {
      const key = reportKeyOf(request);
      const report = await replaceReport(key, definitionOf(sent), {
        ...ports,
        audit: ({ id: object }) => audit('report.change', { object }),
      });
      response.json(viewOf(report, key.organization));
    },
  });
}

function deleteReport({ reports }: SaveReportPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${path}/:report`,
    scope: 'submit',
    operation: { id: 'deleteReport', tag, summary: 'Delete a saved report; its queries stay' },
    // A message and not 204, as in Apigee.
    responses: { 200: { description: 'The report is deleted.', json: deletedReport } },
    async handle({ request, response, audit }) {
      const key = reportKeyOf(request);
      const deleted = await reports.delete(key, audit('report.delete', { object: key.id }));
      if (!deleted) throw new ReportError('report.not_found', { name: key.id });
      response.json({ message: `The saved report ${key.id} is deleted` });
    },
  });
}
