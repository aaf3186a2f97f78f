import { stats } from '@hourglass/contract';
import type { RunStatsPorts } from '@hourglass/reports';
import type { TenantFinder } from '../../http/find-tenant.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { answerStats } from './answer-stats.ts';
import { chosenForm, optimizedForm } from './stats-forms.ts';
import { statsParameters } from './stats-parameters.ts';

const verbose = chosenForm(stats);
const paths = [
  { path: 'stats', id: 'getStats', form: verbose },
  { path: 'stats/:dimensions', id: 'getStatsByDimensions', form: verbose },
  { path: 'optimizedStats', id: 'getOptimizedStats', form: optimizedForm },
  { path: 'optimizedStats/:dimensions', id: 'getOptimizedStatsByDimensions', form: optimizedForm },
];

/** `GET …/stats` and `GET …/optimizedStats` of an environment, both also with `/{dimensions}`. */
export function statsRoutes(findTenant: TenantFinder, ports: RunStatsPorts): GuardedRoute[] {
  return paths.map(({ path, id, form }) =>
    guardedRoute({
      method: 'get',
      path: `/v1/organizations/:organization/environments/:environment/${path}`,
      scope: 'read',
      operation: { id, tag: 'Statistics', summary: 'Metrics of an environment, computed while you wait' },
      parameters: statsParameters,
      responses: { 200: { description: 'The statistics.', json: form.json } },
      async handle(call) {
        const tenant = await findTenant(call.request);
        const place = { tenant, list: 'environments', name: tenant.environment } as const;
        await answerStats(call, { place, form }, ports);
      },
    }),
  );
}
