import {
  accessKeyList,
  accessKeyView,
  changeAccessKeyBody,
  createAccessKeyBody,
  createdAccessKey,
  type AccessKeyView,
  type CreatedAccessKey,
} from '@hourglass/contract';
import {
  createAccessKey,
  type AccessKeyRecord,
  type AccessKeyStore,
  type CreateAccessKeyPorts,
} from '@hourglass/reports';
import type { TenantFinder } from '../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

export interface AccessKeyPorts extends CreateAccessKeyPorts {
  readonly accessKeys: AccessKeyStore;
  readonly newAccessKey: () => { readonly id: string; readonly secret: string };
}

const path = '/v1/organizations/:organization/environments/:environment/accessKeys';
const tag = 'Access keys';
const maxBodyBytes = 4_096;

/** `…/accessKeys`: the keys that sign requests for an environment's orders. For administrators. */
export function accessKeyRoutes(findTenant: TenantFinder, ports: AccessKeyPorts): readonly GuardedRoute[] {
  return [
    listAccessKeys(findTenant, ports),
    createAccessKeyRoute(findTenant, ports),
    changeAccessKey(findTenant, ports),
  ];
}

function listAccessKeys(findTenant: TenantFinder, { accessKeys }: AccessKeyPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'admin',
    operation: { id: 'listAccessKeys', tag, summary: 'List access keys, without their secrets' },
    responses: { 200: { description: 'All access keys, newest first.', json: accessKeyList } },
    async handle({ request, response }) {
      const keys = await accessKeys.list(await findTenant(request));
      response.json({ accessKeys: keys.map(accessKeyViewOf) });
    },
  });
}

function createAccessKeyRoute(
  findTenant: TenantFinder,
  { newAccessKey, ...ports }: AccessKeyPorts,
): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path,
    scope: 'admin',
    operation: { id: 'createAccessKey', tag, summary: 'Create an access key' },
    body: jsonBody(createAccessKeyBody, {
      maxBytes: maxBodyBytes,
      example: { description: 'order sync', expiresInSeconds: 7_776_000 },
    }),
    responses: {
      201: {
        description: 'The access key. Only this response contains its secret.',
        json: createdAccessKey,
      },
    },
    async handle({ request, response, body, audit }) {
      const tenant = await findTenant(request);
      const { description = null, expiresInSeconds = null } = body;
      const { id, secret } = newAccessKey();
      const created = await createAccessKey(
        tenant,
        { id, secret, description, lifetimeSeconds: expiresInSeconds },
        { ...ports, audit: () => audit('access_key.create', { object: id }) },
      );
      const responseBody: CreatedAccessKey = { ...accessKeyViewOf(created), secret };
      response.status(201).set('Cache-Control', 'no-store').json(responseBody);
    },
  });
}

/** The next signed request already sees the change. */
function changeAccessKey(findTenant: TenantFinder, { accessKeys }: AccessKeyPorts): GuardedRoute {
  return guardedRoute({
    method: 'patch',
    path: `${path}/:accessKeyId`,
    scope: 'admin',
    operation: { id: 'changeAccessKey', tag, summary: 'Disable, enable or expire an access key' },
    body: jsonBody(changeAccessKeyBody, { maxBytes: maxBodyBytes, example: { disabled: true } }),
    responses: { 200: { description: 'The changed access key.', json: accessKeyView } },
    async handle({ request, response, body, audit }) {
      const tenant = await findTenant(request);
      const id = String(request.params['accessKeyId']);
      const { disabled, expires } = body;
      const expiresAt = typeof expires === 'string' ? new Date(expires) : expires;
      const described = () => audit('access_key.change', { object: id, details: body });
      const changed = await accessKeys.change(tenant, id, { disabled, expiresAt }, described);
      response.json(accessKeyViewOf(changed));
    },
  });
}

function accessKeyViewOf({
  id,
  description,
  createdAt,
  expiresAt,
  disabled,
}: AccessKeyRecord): AccessKeyView {
  const created = createdAt.toISOString();
  return { accesskeyId: id, description, created, expires: expiresAt?.toISOString() ?? null, disabled };
}
