import { orderList, type OrderList } from '@hourglass/contract';
import type { OrderStore, Semaphore } from '@hourglass/reports';
import { clientGone } from '../../http/client-gone.ts';
import { openRoute, type OpenRoute } from '../../http/route.ts';
import type { SignatureCheck } from '../../http/signed-request.ts';
import { listOrdersParameters, readListOrders } from './list-orders-parameters.ts';
import { orderErrorStyle } from './order-error-style.ts';

/** `GET /openapi/v1/alg/orders`: orders of the environment whose access key signed the request. */
export function listOrdersRoute(
  { orders, semaphore }: { readonly orders: OrderStore; readonly semaphore: Semaphore },
  checkSignature: SignatureCheck,
): OpenRoute {
  return openRoute({
    method: 'get',
    path: '/openapi/v1/alg/orders',
    operation: { id: 'listOrders', tag: 'Orders', summary: 'Algorithm orders, newest first' },
    parameters: listOrdersParameters,
    // The signature is about the query string as it was sent, and comes before anything else is said about it.
    readsOwnQuery: true,
    beforeOtherMethods: checkSignature,
    errorStyle: orderErrorStyle,
    responses: { 200: { description: 'A page of orders.', json: orderList } },
    async handle({ request, response }) {
      const { tenant, parameters } = await checkSignature(request);
      const criteria = readListOrders(parameters);
      const { total, orders: items } = await semaphore.run(clientGone(response), () =>
        orders.page(tenant, criteria),
      );
      const body: OrderList = { page: criteria.page, total, items: [...items], size: criteria.size };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}
