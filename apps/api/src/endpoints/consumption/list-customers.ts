import { customerList, type CustomerList } from '@hourglass/contract';
import type { Accounts, ConsumptionStore } from '@hourglass/reports';
import { tenantFinder } from '../../http/find-tenant.ts';
import { idPageParameters, pageById } from '../../http/id-pages.ts';
import { environmentPrefix } from '../../http/route-scopes.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';

export interface ListCustomersPorts {
  readonly accounts: Accounts;
  readonly consumption: Pick<ConsumptionStore, 'customers'>;
}

/** `GET …/customers`: the customers whose storage consumption is known. */
export function listCustomersRoute({ accounts, consumption }: ListCustomersPorts): GuardedRoute {
  const findTenant = tenantFinder(accounts);
  return guardedRoute({
    method: 'get',
    path: `${environmentPrefix}/customers`,
    scope: 'read',
    operation: { id: 'listCustomers', tag: 'Consumption', summary: 'List customers by id' },
    parameters: idPageParameters,
    responses: { 200: { description: 'A page of customers.', json: customerList } },
    async handle({ request, response, parameters }) {
      const tenant = await findTenant(request);
      const listed = { list: 'customers', environmentId: tenant.environmentId };
      const { items, ...more } = await pageById(parameters, listed, (after, limit) =>
        consumption.customers(tenant, { after, limit }),
      );
      const body: CustomerList = { customers: [...items], ...more };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}
