import { customFieldView, declareCustomFieldBody } from '@hourglass/contract';
import { declareCustomField, type DeclareCustomFieldPorts } from '@hourglass/reports';
import type { AdminLog } from '../../http/admin-log.ts';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { customFieldsPath, customFieldsTag, customFieldViewOf } from './custom-field-view.ts';

const example = { name: 'dc_order_total', type: 'FLOAT', description: 'Total of the order, in dollars.' };

/** `POST …/customFields` */
export function declareCustomFieldRoute(
  findTenant: TenantFinder,
  { record, ...ports }: DeclareCustomFieldPorts & { readonly record: AdminLog },
): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: customFieldsPath,
    scope: 'admin',
    operation: {
      id: 'declareCustomField',
      tag: customFieldsTag,
      summary: 'Declare a field of the environment',
    },
    body: jsonBody(declareCustomFieldBody, { maxBytes: 4096, example }),
    responses: { 201: { description: 'The field.', json: customFieldView } },
    async handle({ request, response, principal, body }) {
      const tenant = await findTenant(request);
      const { description = null, ...declaration } = body;
      const field = await declareCustomField(tenant, { ...declaration, description }, ports);
      record({ principal, response }, 'custom_field.create', {
        environment: tenant.environment,
        dataset: field.dataset,
        field: field.name,
        type: field.type,
      });
      response.status(201).json(customFieldViewOf(field));
    },
  });
}
