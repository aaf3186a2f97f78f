import {
  deliveryTarget,
  queryDelivery,
  queryDeliveryList,
  type DeliveryTargetBody,
  type QueryDeliveryView,
} from '@hourglass/contract';
import {
  makerOf,
  requestDelivery,
  type DeliveryTarget,
  type QueryDeliveryRecord,
  type RequestDeliveryPorts,
} from '@hourglass/reports';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { deliveryViewOf } from '../webhooks/webhook-view.ts';
import { queryNotFound, type QueryCollection } from './query-collections.ts';

const tag = 'Deliveries';
const maxBodyBytes = 8_192;

/** `…/queries/{id}/deliveries`: the result of one query for a receiver. */
export function queryDeliveryRoutes(
  collection: QueryCollection,
  ports: RequestDeliveryPorts,
): readonly GuardedRoute[] {
  return [listDeliveries(collection, ports), createDelivery(collection, ports)];
}

function listDeliveries(
  collection: QueryCollection,
  { queryDeliveries }: Pick<RequestDeliveryPorts, 'queryDeliveries'>,
): GuardedRoute {
  return guardedRoute({
    ...collection.rateLimits,
    method: 'get',
    path: `${collection.path}/:id/deliveries`,
    scope: 'read',
    missing: queryNotFound,
    operation: { id: 'listQueryDeliveries', tag, summary: 'List the deliveries of a query, without secrets' },
    responses: {
      200: { description: 'All deliveries of the query, oldest first.', json: queryDeliveryList },
    },
    async handle({ request, response }) {
      const { id, plan } = await collection.find(request, response);
      const deliveries = await queryDeliveries.list(plan.tenant, id);
      response
        .set('Cache-Control', 'no-store')
        .json({ deliveries: deliveries.map((delivery) => queryDeliveryViewOf(delivery)) });
    },
  });
}

function createDelivery(collection: QueryCollection, ports: RequestDeliveryPorts): GuardedRoute {
  return guardedRoute({
    ...collection.rateLimits,
    method: 'post',
    path: `${collection.path}/:id/deliveries`,
    scope: 'submit',
    missing: queryNotFound,
    operation: {
      id: 'createQueryDelivery',
      tag,
      summary: 'Deliver the result of a query to a webhook, a bucket, mail addresses or Slack',
    },
    body: jsonBody(deliveryTarget, {
      maxBytes: maxBodyBytes,
      example: { kind: 'webhook', url: 'https://hooks.example.com/results' },
    }),
    responses: {
      201: { description: 'The delivery, which begins once the query has ended.', json: queryDelivery },
    },
    async handle({ request, response, body, principal, audit }) {
      const record = await collection.find(request, response);
      const { environment } = record.plan.tenant;
      const created = await requestDelivery(
        record,
        { target: targetOf(body), maker: makerOf(principal) },
        {
          ...ports,
          audit: audit('delivery.create', { environment, object: record.id, details: { kind: body.kind } }),
        },
      );
      response.status(201).json(queryDeliveryViewOf(created));
    },
  });
}

interface DeliveryServices extends Omit<RequestDeliveryPorts, 'queryDeliveries' | 'hasPublicUrl'> {
  readonly database: Pick<RequestDeliveryPorts, 'queryDeliveries'>;
  readonly publicUrl: string | null;
}

export function deliveryPortsOf({
  database: { queryDeliveries },
  publicUrl,
  targets,
  secretKey,
  sendsMail,
  newId,
}: DeliveryServices): RequestDeliveryPorts {
  return { queryDeliveries, targets, secretKey, sendsMail, hasPublicUrl: publicUrl !== null, newId };
}

/** The contract has checked that a webhook has either a URL or an endpoint. */
export function targetOf(body: DeliveryTargetBody): DeliveryTarget {
  if (body.kind === 's3') return { ...body, endpoint: body.endpoint ?? null };
  if (body.kind !== 'webhook') return body;
  const { kind, url = '', secret = null, endpoint } = body;
  return endpoint === undefined ? { kind, url, secret } : { kind, endpoint: endpoint.toLowerCase() };
}

function queryDeliveryViewOf({ target, ...delivery }: QueryDeliveryRecord): QueryDeliveryView {
  return { ...deliveryViewOf(delivery), target: shownTargetOf(target) };
}

export function shownTargetOf(target: QueryDeliveryRecord['target']): QueryDeliveryView['target'] {
  if (target.kind === 'email') return { kind: target.kind, to: [...target.to] };
  if (target.kind !== 's3') return target;
  const { endpoint, ...shown } = target;
  return { ...shown, ...(endpoint === null ? {} : { endpoint }) };
}
