import {
  changeWebhookEndpointBody,
  createWebhookEndpointBody,
  deliveryView,
  rotateWebhookSecretBody,
  webhookEndpointList,
  webhookEndpointView,
  webhookEndpointWithSecret,
} from '@hourglass/contract';
import {
  changeWebhook,
  createWebhook,
  rotateWebhookSecret,
  testWebhook,
  type ManageWebhookPorts,
  type WithSecret,
} from '@hourglass/reports';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { webhookDeliveryRoutes } from './webhook-deliveries.ts';
import { deliveryViewOf, webhookIdOf, webhookPath, webhookTag, webhookViewOf } from './webhook-view.ts';

export interface WebhookPorts extends ManageWebhookPorts {
  readonly nowMs: () => number;
}

const onePath = `${webhookPath}/:endpoint`;
const tag = webhookTag;
const maxBodyBytes = 8_192;

/** `…/webhookEndpoints`: the receivers of an environment's events. For administrators. */
export function webhookRoutes(findTenant: TenantFinder, ports: WebhookPorts): readonly GuardedRoute[] {
  return [
    // Before `…/:endpoint`, whose pattern matches their paths.
    rotateSecret(findTenant, ports),
    testEndpoint(findTenant, ports),
    ...webhookDeliveryRoutes(findTenant, ports.webhooks),
    listEndpoints(findTenant, ports),
    createEndpoint(findTenant, ports),
    getEndpoint(findTenant, ports),
    changeEndpoint(findTenant, ports),
    deleteEndpoint(findTenant, ports),
  ];
}

function listEndpoints(findTenant: TenantFinder, { webhooks }: WebhookPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: webhookPath,
    scope: 'admin',
    operation: { id: 'listWebhookEndpoints', tag, summary: 'List webhook endpoints, without their secrets' },
    responses: { 200: { description: 'All endpoints, oldest first.', json: webhookEndpointList } },
    async handle({ request, response }) {
      const endpoints = await webhooks.list(await findTenant(request));
      response
        .set('Cache-Control', 'no-store')
        .json({ webhookEndpoints: endpoints.map((endpoint) => webhookViewOf(endpoint)) });
    },
  });
}

function createEndpoint(findTenant: TenantFinder, ports: WebhookPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: webhookPath,
    scope: 'admin',
    operation: { id: 'createWebhookEndpoint', tag, summary: 'Create a webhook endpoint' },
    body: jsonBody(createWebhookEndpointBody, {
      maxBytes: maxBodyBytes,
      example: { url: 'https://hooks.example.com/hourglass', events: ['query.completed', 'query.failed'] },
    }),
    responses: {
      201: {
        description: 'The endpoint. Only this response contains its secret.',
        json: webhookEndpointWithSecret,
      },
    },
    async handle({ request, response, body, audit }) {
      const { url, description = null, events, enabled } = body;
      const created = await createWebhook(
        await findTenant(request),
        { url, description, events, enabled },
        {
          ...ports,
          audit: ({ id: object }) => audit('webhook.create', { object, details: { host: hostOf(url) } }),
        },
      );
      response.status(201).set('Cache-Control', 'no-store').json(withSecret(created));
    },
  });
}

function getEndpoint(findTenant: TenantFinder, { webhooks }: WebhookPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: onePath,
    scope: 'admin',
    operation: { id: 'getWebhookEndpoint', tag, summary: 'Get a webhook endpoint, without its secret' },
    responses: { 200: { description: 'The endpoint.', json: webhookEndpointView } },
    async handle({ request, response }) {
      const endpoint = await webhooks.find(await findTenant(request), webhookIdOf(request));
      response.set('Cache-Control', 'no-store').json(webhookViewOf(endpoint));
    },
  });
}

function changeEndpoint(findTenant: TenantFinder, ports: WebhookPorts): GuardedRoute {
  return guardedRoute({
    method: 'patch',
    path: onePath,
    scope: 'admin',
    operation: {
      id: 'changeWebhookEndpoint',
      tag,
      summary: 'Change, disable or enable a webhook endpoint',
    },
    body: jsonBody(changeWebhookEndpointBody, { maxBytes: maxBodyBytes, example: { enabled: false } }),
    responses: { 200: { description: 'The changed endpoint.', json: webhookEndpointView } },
    async handle({ request, response, body: change, audit }) {
      const tenant = await findTenant(request);
      const changed = await changeWebhook(
        tenant,
        { id: webhookIdOf(request), change },
        {
          ...ports,
          audit: ({ id: object, url }) =>
            audit('webhook.change', { object, details: { ...change, url: undefined, host: hostOf(url) } }),
        },
      );
      response.json(webhookViewOf(changed));
    },
  });
}

function deleteEndpoint(findTenant: TenantFinder, { webhooks }: WebhookPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: onePath,
    scope: 'admin',
    operation: {
      id: 'deleteWebhookEndpoint',
      tag,
      summary: 'Delete a webhook endpoint and its delivery log',
    },
    responses: { 204: { description: 'The endpoint is deleted.' } },
    async handle({ request, response, audit }) {
      const tenant = await findTenant(request);
      const id = webhookIdOf(request);
      await webhooks.delete(tenant, id, audit('webhook.delete', { object: id }));
      response.status(204).end();
    },
  });
}

function rotateSecret(findTenant: TenantFinder, ports: WebhookPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: `${onePath}\\:rotateSecret`,
    scope: 'admin',
    operation: {
      id: 'rotateWebhookSecret',
      tag,
      summary: 'Make a new secret; the old one signs too for a while',
    },
    body: jsonBody(rotateWebhookSecretBody, { maxBytes: maxBodyBytes, example: { overlapSeconds: 3600 } }),
    responses: {
      200: {
        description: 'The endpoint. Only this response contains the new secret.',
        json: webhookEndpointWithSecret,
      },
    },
    async handle({ request, response, body: { overlapSeconds }, audit }) {
      const tenant = await findTenant(request);
      const rotated = await rotateWebhookSecret(
        tenant,
        { id: webhookIdOf(request), overlapSeconds },
        {
          ...ports,
          audit: ({ id: object }) => audit('webhook.rotate_secret', { object, details: { overlapSeconds } }),
        },
      );
      response.set('Cache-Control', 'no-store').json(withSecret(rotated));
    },
  });
}

function testEndpoint(findTenant: TenantFinder, ports: WebhookPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: `${onePath}\\:test`,
    scope: 'admin',
    operation: { id: 'testWebhookEndpoint', tag, summary: 'Send a webhook.test event to the endpoint' },
    responses: {
      201: { description: 'The delivery, whose state the delivery log shows.', json: deliveryView },
    },
    async handle({ request, response, audit }) {
      const tenant = await findTenant(request);
      const id = webhookIdOf(request);
      const delivery = await testWebhook(tenant, id, {
        ...ports,
        audit: () => audit('webhook.test', { object: id }),
      });
      response.status(201).json(deliveryViewOf(delivery));
    },
  });
}

/** The path of a URL may contain a secret of its receiver. */
function hostOf(url: string): string {
  return new URL(url).host;
}

function withSecret({ endpoint, secret }: WithSecret) {
  return { ...webhookViewOf(endpoint), secret };
}
