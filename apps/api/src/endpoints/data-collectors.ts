import {
  createDataCollectorBody,
  dataCollector,
  dataCollectorList,
  dataCollectorName,
  deletedDataCollector,
  type DataCollectorView,
} from '@hourglass/contract';
import {
  createDataCollector,
  invalidRequest,
  ReportError,
  type CreateDataCollectorPorts,
  type DataCollector,
} from '@hourglass/reports';
import type { Request } from 'express';
import { scopeOf } from '../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

const path = '/v1/organizations/:organization/datacollectors';
const tag = 'Custom fields';

/** `…/datacollectors`: Apigee's name for custom fields that every environment has. */
export function dataCollectorRoutes(ports: CreateDataCollectorPorts): readonly GuardedRoute[] {
  return [
    listDataCollectors(ports),
    getDataCollector(ports),
    createDataCollectorRoute(ports),
    deleteDataCollector(ports),
  ];
}

function listDataCollectors({ dataCollectors }: CreateDataCollectorPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'read',
    operation: { id: 'listDataCollectors', tag, summary: 'List data collectors' },
    responses: { 200: { description: 'All data collectors, ordered by name.', json: dataCollectorList } },
    async handle({ request, response }) {
      const found = await dataCollectors.list(scopeOf(request).organization);
      response.set('Cache-Control', 'no-store').json({ dataCollectors: found.map(viewOf) });
    },
  });
}

function getDataCollector({ dataCollectors }: CreateDataCollectorPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${path}/:dataCollector`,
    scope: 'read',
    operation: { id: 'getDataCollector', tag, summary: 'Get a data collector' },
    responses: { 200: { description: 'The data collector.', json: dataCollector } },
    async handle({ request, response }) {
      const name = nameIn(request);
      const all = await dataCollectors.list(scopeOf(request).organization);
      const found = all.find((collector) => collector.name === name);
      if (found === undefined) throw new ReportError('data_collector.not_found', { name });
      response.set('Cache-Control', 'no-store').json(viewOf(found));
    },
  });
}

function createDataCollectorRoute(ports: CreateDataCollectorPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path,
    scope: 'admin',
    operation: { id: 'createDataCollector', tag, summary: 'Declare a field in every environment' },
    parameters: {
      dataCollectorId: dataCollectorName.optional().describe('Name, instead of that in the body.'),
    },
    body: jsonBody(createDataCollectorBody, {
      maxBytes: 4_096,
      example: { name: 'dc_total_token_count', type: 'INTEGER', description: 'Total token count' },
    }),
    // 200 and not 201, as in Apigee.
    responses: { 200: { description: 'The data collector.', json: dataCollector } },
    async handle({ request, response, parameters: { dataCollectorId }, body, audit }) {
      const name = dataCollectorId ?? body.name;
      if (name === undefined) throw invalidRequest([{ field: 'name', message: 'is required' }]);
      const { type, description = '' } = body;
      const collector = { name, type, description: description === '' ? null : description };
      const created = await createDataCollector(scopeOf(request).organization, collector, {
        ...ports,
        audit: () => audit('data_collector.create', { object: name, details: { type } }),
      });
      response.json(viewOf(created));
    },
  });
}

function deleteDataCollector({ dataCollectors }: CreateDataCollectorPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${path}/:dataCollector`,
    scope: 'admin',
    operation: { id: 'deleteDataCollector', tag, summary: 'Delete the field of every environment' },
    // An empty object and not 204, as in Apigee.
    responses: { 200: { description: 'The data collector is deleted.', json: deletedDataCollector } },
    async handle({ request, response, audit }) {
      const name = nameIn(request);
      const event = audit('data_collector.delete', { object: name });
      const deleted = await dataCollectors.delete(scopeOf(request).organization, name, event);
      if (!deleted) throw new ReportError('data_collector.not_found', { name });
      response.json({});
    },
  });
}

/** @throws ReportError `data_collector.not_found` for text that is no name */
function nameIn(request: Request): string {
  const name = String(request.params['dataCollector']);
  if (!dataCollectorName.safeParse(name).success) throw new ReportError('data_collector.not_found', { name });
  return name;
}

function viewOf({ name, type, description, createdAt }: DataCollector): DataCollectorView {
  const created = String(createdAt.getTime());
  const described = description === null ? {} : { description };
  return { name, type, ...described, createdAt: created, lastModifiedAt: created };
}
