import { accessKeyList } from '@hourglass/contract';
import type { AccessKeyStore } from '@hourglass/reports';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { accessKeysPath, accessKeysTag, accessKeyViewOf } from './access-key-view.ts';

/** `GET …/accessKeys`, for administrators. */
export function listAccessKeysRoute(findTenant: TenantFinder, accessKeys: AccessKeyStore): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: accessKeysPath,
    scope: 'admin',
    operation: {
      id: 'listAccessKeys',
      tag: accessKeysTag,
      summary: 'Access keys of the environment, without their secrets',
    },
    responses: { 200: { description: 'All of them, newest first.', json: accessKeyList } },
    async handle({ request, response }) {
      const keys = await accessKeys.list(await findTenant(request));
      response.json({ accessKeys: keys.map(accessKeyViewOf) });
    },
  });
}
