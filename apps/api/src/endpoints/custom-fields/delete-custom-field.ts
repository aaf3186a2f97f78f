import { z } from 'zod';
import { ReportError, type CustomFieldStore } from '@hourglass/reports';
import type { AdminLog } from '../../http/admin-log.ts';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { customFieldsPath, customFieldsTag } from './custom-field-view.ts';

/** `DELETE …/customFields/{customField}` */
export function deleteCustomFieldRoute(
  findTenant: TenantFinder,
  { customFields, record }: { customFields: CustomFieldStore; record: AdminLog },
): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${customFieldsPath}/:customField`,
    scope: 'admin',
    operation: {
      id: 'deleteCustomField',
      tag: customFieldsTag,
      summary: 'Delete a field; values that facts have of it are not read any more',
    },
    parameters: { dataset: z.string().default('api') },
    responses: { 204: { description: 'The field is no more.' } },
    async handle({ request, response, principal, parameters: { dataset } }) {
      const field = { dataset, name: String(request.params['customField']) };
      const tenant = await findTenant(request);
      const deleted = await customFields.delete(tenant, field);
      if (!deleted) throw new ReportError('custom_field.not_found', field);
      record({ principal, response }, 'custom_field.delete', {
        environment: tenant.environment,
        dataset,
        field: field.name,
      });
      response.status(204).end();
    },
  });
}
