import {
  deliveryList,
  deliveryState,
  deliveryView,
  moment,
  replayDeliveriesBody,
  replayedDeliveries,
  wholeNumber,
  type DeliveryList,
} from '@hourglass/contract';
import { invalidRequest, type DeliveryCriteria, type WebhookStore } from '@hourglass/reports';
import { z } from 'zod';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { pageToken, positionOf } from '../../http/page-token.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { deliveryViewOf, webhookIdOf, webhookPath, webhookTag } from './webhook-view.ts';

const tag = webhookTag;
const maxBodyBytes = 4_096;
const maxReplayed = 10_000;
const defaultPageSize = 100;
const maxPageSize = 1000;

/** `…/webhookEndpoints/{endpoint}/deliveries`: what was sent to an endpoint, and sending it again. */
export function webhookDeliveryRoutes(
  findTenant: TenantFinder,
  webhooks: WebhookStore,
): readonly GuardedRoute[] {
  return [
    replayDeliveries(findTenant, webhooks),
    listDeliveries(findTenant, webhooks),
    replayDelivery(findTenant, webhooks),
    getDelivery(findTenant, webhooks),
  ];
}

function listDeliveries(findTenant: TenantFinder, webhooks: WebhookStore): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${webhookPath}/:endpoint/deliveries`,
    scope: 'admin',
    operation: { id: 'listWebhookDeliveries', tag, summary: 'List the deliveries of a webhook endpoint' },
    parameters: {
      state: deliveryState.optional().describe('State of the deliveries.'),
      from: moment.optional().describe('Created at or after this time.'),
      to: moment.optional().describe('Created before this time.'),
      pageSize: wholeNumber({ min: 1, max: maxPageSize })
        .default(defaultPageSize)
        .describe(`Deliveries per page, at most ${maxPageSize}; ${defaultPageSize} by default.`),
      pageToken: z.string().optional().describe('nextPageToken of the previous page.'),
    },
    responses: { 200: { description: 'A page of deliveries, newest first.', json: deliveryList } },
    async handle({ request, response, parameters: { state, from, to, pageSize, pageToken: token } }) {
      const tenant = await findTenant(request);
      const id = webhookIdOf(request);
      const criteria: DeliveryCriteria = { state, from, before: to };
      requireOrdered(criteria);
      const listed = { ...criteria, endpoint: id };
      const after = token === undefined ? {} : { after: positionOf(token, listed) };
      // One more than the page shows whether another page follows.
      const found = await webhooks.listDeliveries(tenant, id, criteria, { ...after, limit: pageSize + 1 });
      const page = found.slice(0, pageSize);
      const last = found.length > pageSize ? page.at(-1) : undefined;
      const body: DeliveryList = {
        deliveries: page.map((delivery) => deliveryViewOf(delivery)),
        ...(last === undefined ? {} : { nextPageToken: pageToken(last, listed) }),
      };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}

/** @throws ReportError `request.invalid` unless `from` is before `to` */
function requireOrdered({ from, before }: DeliveryCriteria): void {
  if (from !== undefined && before !== undefined && from >= before) {
    throw invalidRequest([{ field: 'to', message: 'it is not after from; expected a later time' }]);
  }
}

function getDelivery(findTenant: TenantFinder, webhooks: WebhookStore): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${webhookPath}/:endpoint/deliveries/:delivery`,
    scope: 'admin',
    operation: { id: 'getWebhookDelivery', tag, summary: 'Get a delivery of a webhook endpoint' },
    responses: { 200: { description: 'The delivery.', json: deliveryView } },
    async handle({ request, response }) {
      const tenant = await findTenant(request);
      const delivery = await webhooks.findDelivery(
        tenant,
        webhookIdOf(request),
        String(request.params['delivery']),
      );
      response.set('Cache-Control', 'no-store').json(deliveryViewOf(delivery));
    },
  });
}

function replayDelivery(findTenant: TenantFinder, webhooks: WebhookStore): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: `${webhookPath}/:endpoint/deliveries/:delivery\\:replay`,
    scope: 'admin',
    operation: { id: 'replayWebhookDelivery', tag, summary: 'Send a delivery again, with the same id' },
    responses: { 200: { description: 'The delivery, which is pending again.', json: deliveryView } },
    async handle({ request, response, audit }) {
      const tenant = await findTenant(request);
      const id = webhookIdOf(request);
      const delivery = String(request.params['delivery']);
      const event = audit('webhook.replay', { object: id, details: { delivery } });
      response.json(deliveryViewOf(await webhooks.replayOne(tenant, id, delivery, event)));
    },
  });
}

function replayDeliveries(findTenant: TenantFinder, webhooks: WebhookStore): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: `${webhookPath}/:endpoint\\:replay`,
    scope: 'admin',
    operation: {
      id: 'replayWebhookDeliveries',
      tag,
      summary: `Send the deliveries of a time range again, at most ${maxReplayed} at once`,
    },
    body: jsonBody(replayDeliveriesBody, {
      maxBytes: maxBodyBytes,
      example: { from: '2026-11-01T00:00:00Z', states: ['failed'] },
    }),
    responses: { 200: { description: 'How many are pending again.', json: replayedDeliveries } },
    async handle({ request, response, body: { from, to, states }, audit }) {
      const tenant = await findTenant(request);
      const id = webhookIdOf(request);
      const which = {
        from: new Date(from),
        before: to === undefined ? null : new Date(to),
        states,
        limit: maxReplayed,
      };
      const replayed = await webhooks.replay(tenant, id, which, (count) =>
        audit('webhook.replay', { object: id, details: { from, to, states, deliveries: count } }),
      );
      response.json({ replayed });
    },
  });
}
