import { changeCustomFieldsBody, customFieldList } from '@hourglass/contract';
import type { CustomFieldStore } from '@hourglass/reports';
import type { AdminLog } from '../../http/admin-log.ts';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { customFieldListOf, customFieldsPath, customFieldsTag } from './custom-field-view.ts';

/** `PATCH …/customFields`: what becomes of fields that nobody declared. */
export function changeCustomFieldsRoute(
  findTenant: TenantFinder,
  { customFields, record }: { customFields: CustomFieldStore; record: AdminLog },
): GuardedRoute {
  return guardedRoute({
    method: 'patch',
    path: customFieldsPath,
    scope: 'admin',
    operation: {
      id: 'changeCustomFields',
      tag: customFieldsTag,
      summary: 'Refuse or ignore fields that nobody declared',
    },
    body: jsonBody(changeCustomFieldsBody, { maxBytes: 4096, example: { undeclaredFields: 'ignore' } }),
    responses: { 200: { description: 'The fields.', json: customFieldList } },
    async handle({ request, response, principal, body }) {
      const tenant = await findTenant(request);
      await customFields.changeUndeclared(tenant, body.undeclaredFields);
      record({ principal, response }, 'environment.undeclared_fields', {
        environment: tenant.environment,
        ...body,
      });
      response.json(customFieldListOf(await customFields.find(tenant)));
    },
  });
}
