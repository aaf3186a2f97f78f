import type { GuardedRoute } from '../../http/route.ts';
import type { ConsumptionPorts } from './consumption-call.ts';
import { getConsumptionRoute } from './get-consumption.ts';
import { getConsumptionHistoryRoute } from './get-consumption-history.ts';

/** The contract of Keystone: what customers consume of their storage. */
export function consumptionRoutes(ports: ConsumptionPorts): readonly GuardedRoute[] {
  return [getConsumptionRoute(ports), getConsumptionHistoryRoute(ports)];
}
