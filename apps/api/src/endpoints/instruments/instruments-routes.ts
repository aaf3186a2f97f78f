import type { Accounts, InstrumentStore } from '@hourglass/reports';
import type { GuardedRoute } from '../../http/route.ts';
import { getChartsRoute } from './get-charts.ts';
import { getDashboardRoute } from './get-dashboard.ts';
import { offsetsOf } from './local-time.ts';

export interface InstrumentsParts {
  readonly accounts: Accounts;
  readonly instruments: InstrumentStore;
  /** Of the tz database. */
  readonly timeZone: string;
}

/** The statistics of instruments. */
export function instrumentsRoutes({ timeZone, ...ports }: InstrumentsParts): GuardedRoute[] {
  const zone = { timeZone, offsetAt: offsetsOf(timeZone) };
  return [getDashboardRoute(ports, zone), getChartsRoute(ports, zone)];
}
