import {
  changeCustomFieldsBody,
  customFieldList,
  customFieldView,
  declareCustomFieldBody,
  type CustomFieldList,
  type CustomFieldView,
} from '@hourglass/contract';
import {
  ReportError,
  declareCustomField,
  type DeclareCustomFieldPorts,
  type DeclaredField,
  type EnvironmentFields,
} from '@hourglass/reports';
import { z } from 'zod';
import type { TenantFinder } from '../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

const path = '/v1/organizations/:organization/environments/:environment/customFields';
const tag = 'Custom fields';
const maxBodyBytes = 4_096;

/** `…/customFields`: the fields that an environment declares beside those of the catalogue. */
export function customFieldRoutes(
  findTenant: TenantFinder,
  ports: DeclareCustomFieldPorts,
): readonly GuardedRoute[] {
  return [
    listCustomFields(findTenant, ports),
    declareCustomFieldRoute(findTenant, ports),
    changeUndeclaredFields(findTenant, ports),
    deleteCustomField(findTenant, ports),
  ];
}

function listCustomFields(findTenant: TenantFinder, { customFields }: DeclareCustomFieldPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'read',
    operation: { id: 'listCustomFields', tag, summary: 'List the declared fields of the environment' },
    responses: { 200: { description: 'All declared fields.', json: customFieldList } },
    async handle({ request, response }) {
      const found = await customFields.find(await findTenant(request));
      response.set('Cache-Control', 'no-store').json(customFieldListOf(found));
    },
  });
}

function declareCustomFieldRoute(findTenant: TenantFinder, ports: DeclareCustomFieldPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path,
    scope: 'admin',
    operation: { id: 'declareCustomField', tag, summary: 'Declare a field of the environment' },
    body: jsonBody(declareCustomFieldBody, {
      maxBytes: maxBodyBytes,
      example: { name: 'dc_order_total', type: 'FLOAT', description: 'Total of the order, in dollars.' },
    }),
    responses: { 201: { description: 'The declared field.', json: customFieldView } },
    async handle({ request, response, body, audit }) {
      const tenant = await findTenant(request);
      const { description = null, ...declaration } = body;
      const field = await declareCustomField(
        tenant,
        { ...declaration, description },
        {
          ...ports,
          audit: ({ name: object, dataset, type }) =>
            audit('custom_field.create', { object, details: { dataset, type } }),
        },
      );
      response.status(201).json(customFieldViewOf(field));
    },
  });
}

function changeUndeclaredFields(
  findTenant: TenantFinder,
  { customFields }: DeclareCustomFieldPorts,
): GuardedRoute {
  return guardedRoute({
    method: 'patch',
    path,
    scope: 'admin',
    operation: {
      id: 'changeCustomFields',
      tag,
      summary: 'Choose whether facts with undeclared fields are refused',
    },
    body: jsonBody(changeCustomFieldsBody, {
      maxBytes: maxBodyBytes,
      example: { undeclaredFields: 'ignore' },
    }),
    responses: { 200: { description: 'The setting and all declared fields.', json: customFieldList } },
    async handle({ request, response, body, audit }) {
      const tenant = await findTenant(request);
      const event = audit('environment.undeclared_fields', { details: body });
      await customFields.changeUndeclared(tenant, body.undeclaredFields, event);
      response.json(customFieldListOf(await customFields.find(tenant)));
    },
  });
}

function deleteCustomField(
  findTenant: TenantFinder,
  { customFields }: DeclareCustomFieldPorts,
): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${path}/:customField`,
    scope: 'admin',
    operation: {
      id: 'deleteCustomField',
      tag,
      summary: 'Delete a field; its stored values can no longer be queried',
    },
    parameters: { dataset: z.string().default('api').describe('Dataset of the field; `api` by default.') },
    responses: { 204: { description: 'The field is deleted.' } },
    async handle({ request, response, parameters: { dataset }, audit }) {
      const field = { dataset, name: String(request.params['customField']) };
      const tenant = await findTenant(request);
      const event = audit('custom_field.delete', { object: field.name, details: { dataset } });
      const deleted = await customFields.delete(tenant, field, event);
      if (!deleted) throw new ReportError('custom_field.not_found', field);
      response.status(204).end();
    },
  });
}

function customFieldListOf({ undeclaredFields, fields }: EnvironmentFields): CustomFieldList {
  return { undeclaredFields, fields: fields.map(customFieldViewOf) };
}

function customFieldViewOf({ name, type, dataset, description, createdAt }: DeclaredField): CustomFieldView {
  const created = createdAt.toISOString();
  return { name, type, dataset, ...(description === null ? {} : { description }), createdAt: created };
}
