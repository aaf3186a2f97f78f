import { hostname, hostStats } from '@hourglass/contract';
import type { HostnameStore, RunStatsPorts } from '@hourglass/reports';
import { tenantOfHost } from '../../http/find-host.ts';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import { answerStats } from './answer-stats.ts';
import { chosenForm, optimizedForm } from './stats-forms.ts';
import { statsParameters } from './stats-parameters.ts';

const verbose = chosenForm(hostStats);
const paths = [
  { path: 'hostStats', id: 'getHostStats', form: verbose },
  { path: 'hostStats/:dimensions', id: 'getHostStatsByDimensions', form: verbose },
  { path: 'optimizedHostStats', id: 'getOptimizedHostStats', form: optimizedForm },
  { path: 'optimizedHostStats/:dimensions', id: 'getOptimizedHostStatsByDimensions', form: optimizedForm },
];

/** `GET …/hostStats` and `GET …/optimizedHostStats`, both also with `/{dimensions}`: of the environment that has the host. */
export function hostStatsRoutes(
  hostnames: Pick<HostnameStore, 'findTenant'>,
  ports: RunStatsPorts,
): GuardedRoute[] {
  return paths.map(({ path, id, form }) =>
    guardedRoute({
      method: 'get',
      path: `/v1/organizations/:organization/${path}`,
      scope: 'read',
      operation: { id, tag: 'Statistics', summary: 'Metrics of a hostname, computed while you wait' },
      parameters: {
        envgroupHostname: hostname.describe('The hostname that the statistics are of.'),
        ...statsParameters,
      },
      responses: { 200: { description: 'The statistics.', json: form.json } },
      async handle(call) {
        const { envgroupHostname: name } = call.parameters;
        const tenant = await tenantOfHost(call.request, hostnames, name);
        await answerStats(call, { place: { tenant, list: 'hosts', name }, form }, ports);
      },
    }),
  );
}
