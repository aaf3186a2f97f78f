import { orderList } from '@hourglass/contract';
import { invalidRequest } from '@hourglass/reports';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { environmentPrefix } from '../../http/route-scopes.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import {
  conditionsOf,
  pageParameters,
  sendOrders,
  wheresParameter,
  type OrderPagePorts,
} from './order-page.ts';

/** `GET …/orders`: the orders of an environment, with the credentials of this API, so that also a session may read. */
export function listOrdersInEnvironmentRoute(findTenant: TenantFinder, ports: OrderPagePorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${environmentPrefix}/orders`,
    scope: 'read',
    operation: {
      id: 'listOrdersInEnvironment',
      tag: 'Orders',
      summary: 'List algorithm orders, newest first',
    },
    parameters: { ...pageParameters, wheres: wheresParameter },
    responses: { 200: { description: 'A page of orders.', json: orderList } },
    async handle({ request, response, parameters: { size, page, count, wheres } }) {
      const tenant = await findTenant(request);
      const read = conditionsOf(wheres);
      if (!read.ok) throw invalidRequest(read.faults);
      const criteria = { size, page, remainingOnly: count === 'valid', conditions: read.conditions };
      await sendOrders(response, tenant, criteria, ports);
    },
  });
}
