import { customFieldList } from '@hourglass/contract';
import type { CustomFieldStore } from '@hourglass/reports';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { customFieldListOf, customFieldsPath, customFieldsTag } from './custom-field-view.ts';

/** `GET …/customFields` */
export function listCustomFieldsRoute(
  findTenant: TenantFinder,
  customFields: CustomFieldStore,
): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: customFieldsPath,
    scope: 'read',
    operation: {
      id: 'listCustomFields',
      tag: customFieldsTag,
      summary: 'Fields that the environment has declared',
    },
    responses: { 200: { description: 'The fields.', json: customFieldList } },
    async handle({ request, response }) {
      const found = await customFields.find(await findTenant(request));
      response.set('Cache-Control', 'no-store').json(customFieldListOf(found));
    },
  });
}
