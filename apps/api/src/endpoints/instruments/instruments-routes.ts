import type { GuardedRoute } from '../../http/route.ts';
import { getChartsRoute } from './get-charts.ts';
import { getDashboardRoute } from './get-dashboard.ts';
import type { InstrumentsParts } from './instruments-parts.ts';
import { offsetsOf } from './local-time.ts';

/** The statistics of instruments. */
export function instrumentsRoutes({
  timeZone,
  ...ports
}: Omit<InstrumentsParts, 'zone'> & { readonly timeZone: string }): GuardedRoute[] {
  const parts = { ...ports, zone: { name: timeZone, offsetAt: offsetsOf(timeZone) } };
  return [getDashboardRoute(parts), getChartsRoute(parts)];
}
