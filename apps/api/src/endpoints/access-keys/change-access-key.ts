import { accessKeyView, changeAccessKeyBody } from '@hourglass/contract';
import type { AccessKeyStore } from '@hourglass/reports';
import type { AdminLog } from '../../http/admin-log.ts';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { accessKeysPath, accessKeysTag, accessKeyViewOf, maxAccessKeyBodyBytes } from './access-key-view.ts';

/** `PATCH …/accessKeys/{accessKeyId}`, for administrators: holds for the next request. */
export function changeAccessKeyRoute(
  findTenant: TenantFinder,
  { accessKeys, record }: { readonly accessKeys: AccessKeyStore; readonly record: AdminLog },
): GuardedRoute {
  return guardedRoute({
    method: 'patch',
    path: `${accessKeysPath}/:accessKeyId`,
    scope: 'admin',
    operation: {
      id: 'changeAccessKey',
      tag: accessKeysTag,
      summary: 'Disable, enable or expire an access key',
    },
    body: jsonBody(changeAccessKeyBody, { maxBytes: maxAccessKeyBodyBytes, example: { disabled: true } }),
    responses: { 200: { description: 'The key.', json: accessKeyView } },
    async handle({ request, response, principal, body }) {
      const tenant = await findTenant(request);
      const id = String(request.params['accessKeyId']);
      const { disabled, expires } = body;
      const expiresAt = typeof expires === 'string' ? new Date(expires) : expires;
      const changed = await accessKeys.change(tenant, id, { disabled, expiresAt });
      record({ principal, response }, 'access_key.change', {
        environment: tenant.environment,
        accesskeyId: id,
        ...body,
      });
      response.json(accessKeyViewOf(changed));
    },
  });
}
