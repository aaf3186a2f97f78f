import { instrumentList, type InstrumentList } from '@hourglass/contract';
import type { Accounts, InstrumentStore } from '@hourglass/reports';
import { tenantFinder } from '../../http/find-tenant.ts';
import { idPageParameters, pageById } from '../../http/id-pages.ts';
import { environmentPrefix } from '../../http/route-scopes.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';

export interface ListInstrumentsPorts {
  readonly accounts: Accounts;
  readonly instruments: Pick<InstrumentStore, 'list'>;
  readonly timeZone: string;
}

/** `GET …/instruments`: the ids that `dashboard` and `charts` may be asked for, and the zone of their times. */
export function listInstrumentsRoute({
  accounts,
  instruments,
  timeZone,
}: ListInstrumentsPorts): GuardedRoute {
  const findTenant = tenantFinder(accounts);
  return guardedRoute({
    method: 'get',
    path: `${environmentPrefix}/instruments`,
    scope: 'read',
    operation: { id: 'listInstruments', tag: 'Instruments', summary: 'List instruments by id' },
    parameters: idPageParameters,
    responses: { 200: { description: 'A page of instruments.', json: instrumentList } },
    async handle({ request, response, parameters }) {
      const tenant = await findTenant(request);
      const listed = { list: 'instruments', environmentId: tenant.environmentId };
      const { items, ...more } = await pageById(parameters, listed, (after, limit) =>
        instruments.list(tenant, { after, limit }),
      );
      const body: InstrumentList = { timeZone, instruments: [...items], ...more };
      response.set('Cache-Control', 'no-store').json(body);
    },
  });
}
