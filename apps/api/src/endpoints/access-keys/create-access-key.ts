import { createAccessKeyBody, createdAccessKey, type CreatedAccessKey } from '@hourglass/contract';
import { createAccessKey, type CreateAccessKeyPorts } from '@hourglass/reports';
import type { AdminLog } from '../../http/admin-log.ts';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { accessKeysPath, accessKeysTag, accessKeyViewOf, maxAccessKeyBodyBytes } from './access-key-view.ts';

export interface CreateAccessKeyRoutePorts extends CreateAccessKeyPorts {
  readonly newAccessKey: () => { readonly id: string; readonly secret: string };
  readonly record: AdminLog;
}

/** `POST …/accessKeys`, for administrators. */
export function createAccessKeyRoute(
  findTenant: TenantFinder,
  { newAccessKey, record, ...ports }: CreateAccessKeyRoutePorts,
): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: accessKeysPath,
    scope: 'admin',
    operation: { id: 'createAccessKey', tag: accessKeysTag, summary: 'Make an access key' },
    body: jsonBody(createAccessKeyBody, {
      maxBytes: maxAccessKeyBodyBytes,
      example: { description: 'order sync', expiresInSeconds: 7_776_000 },
    }),
    responses: {
      201: { description: 'The key with its secret, which is shown once.', json: createdAccessKey },
    },
    async handle({ request, response, principal, body }) {
      const tenant = await findTenant(request);
      const { description = null, expiresInSeconds = null } = body;
      const { id, secret } = newAccessKey();
      const made = await createAccessKey(
        tenant,
        { id, secret, description, lifetimeSeconds: expiresInSeconds },
        ports,
      );
      record({ principal, response }, 'access_key.create', {
        environment: tenant.environment,
        accesskeyId: id,
      });
      const answer: CreatedAccessKey = { ...accessKeyViewOf(made), secret };
      response.status(201).set('Cache-Control', 'no-store').json(answer);
    },
  });
}
