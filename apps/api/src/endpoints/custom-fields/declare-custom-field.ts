import { customFieldView, declareCustomFieldBody } from '@hourglass/contract';
import { declareCustomField, type DeclareCustomFieldPorts } from '@hourglass/reports';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { customFieldsPath, customFieldsTag, customFieldViewOf } from './custom-field-view.ts';

const example = { name: 'dc_order_total', type: 'FLOAT', description: 'Total of the order, in dollars.' };

/** `POST …/customFields` */
export function declareCustomFieldRoute(
  findTenant: TenantFinder,
  ports: DeclareCustomFieldPorts,
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
    async handle({ request, response, body }) {
      const tenant = await findTenant(request);
      const { description = null, ...declaration } = body;
      const field = await declareCustomField(tenant, { ...declaration, description }, ports);
      response.status(201).json(customFieldViewOf(field));
    },
  });
}
