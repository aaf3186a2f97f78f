import {
  changeRetentionBody,
  environmentRetention,
  oneOf,
  type EnvironmentRetention,
} from '@hourglass/contract';
import { previewRetention, type PreviewRetentionPorts } from '@hourglass/facts';
import {
  ceilingsFor,
  changeEnvironmentSettings,
  requireWithinCeilings,
  type ChangeEnvironmentSettingsPorts,
  type EnvironmentSettings,
} from '@hourglass/reports';
import { clientGone } from '../http/client-gone.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

const path = '/v1/organizations/:organization/environments/:environment/retention';
const tag = 'Environments';

export interface RetentionPorts extends ChangeEnvironmentSettingsPorts {
  /** Default for environments without their own retention. Null: indefinitely. */
  readonly retentionDays: number | null;
  readonly removal: PreviewRetentionPorts;
}

const responses = {
  200: {
    description: 'The effective retention and the own retention of the environment.',
    json: environmentRetention,
  },
};

/**
 * `GET …/retention` and `PATCH …/retention`: how long an environment keeps facts. For
 * administrators.
 */
export function environmentRetentionRoutes(findTenant: TenantFinder, ports: RetentionPorts): GuardedRoute[] {
  return [
    guardedRoute({
      method: 'get',
      path,
      scope: 'admin',
      operation: { id: 'getRetention', tag, summary: 'Get the retention of facts' },
      responses,
      async handle({ request, response }) {
        response.json(viewOf(await ports.settings.find(await findTenant(request)), ports));
      },
    }),
    changeRetentionRoute(findTenant, ports),
  ];
}

/** Counts before it changes anything: afterwards the facts could not be told apart. */
function changeRetentionRoute(findTenant: TenantFinder, ports: RetentionPorts): GuardedRoute {
  const { settings, defaultCeilings, removal } = ports;
  return guardedRoute({
    method: 'patch',
    path,
    scope: 'admin',
    operation: { id: 'changeRetention', tag, summary: 'Change the retention of facts' },
    parameters: {
      dryRun: oneOf(['true', 'false'])
        .default('false')
        .describe('true: change nothing and return what the change would remove.'),
    },
    body: jsonBody(changeRetentionBody, { maxBytes: 4096, example: { retentionDays: 400 } }),
    responses,
    async handle({ request, response, principal, parameters: { dryRun }, body: { retentionDays }, audit }) {
      const tenant = await findTenant(request);
      const { ceilings } = await settings.find(tenant);
      requireWithinCeilings({ retentionDays }, ceilingsFor(principal, ceilings, defaultCeilings));
      const signal = clientGone(response);
      const removes = await previewRetention(removal, tenant.environmentId, retentionDays, signal);
      if (dryRun === 'false') {
        const details = { retentionDays, removesFacts: removes.facts };
        const described = () => audit('environment.retention', { details });
        await changeEnvironmentSettings(principal, tenant, { retentionDays }, { ...ports, audit: described });
      }
      response.json({ ...viewOf({ retentionDays }, ports), removes });
    },
  });
}

function viewOf(
  { retentionDays: own }: Pick<EnvironmentSettings, 'retentionDays'>,
  { retentionDays }: RetentionPorts,
): EnvironmentRetention {
  return { retentionDays: own ?? retentionDays, own: { retentionDays: own } };
}
