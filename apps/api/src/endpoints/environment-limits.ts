import type { Response } from 'express';
import { changeLimitsBody, environmentLimits, type EnvironmentLimits } from '@hourglass/contract';
import type { EnvironmentSettings, EnvironmentSettingsStore, SubmissionLimits } from '@hourglass/reports';
import type { AdminLog } from '../http/admin-log.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

const path = '/v1/organizations/:organization/environments/:environment/limits';
const tag = 'Environments';

export interface LimitsPorts {
  readonly settings: EnvironmentSettingsStore;
  /** Of environments without limits of their own. */
  readonly limits: SubmissionLimits;
  readonly record: AdminLog;
}

/** `GET …/limits` and `PATCH …/limits`: what an environment may submit, for administrators. */
export function environmentLimitsRoutes(findTenant: TenantFinder, ports: LimitsPorts): GuardedRoute[] {
  const responses = { 200: { description: 'The limits in force.', json: environmentLimits } };
  const answer = (response: Response, own: EnvironmentSettings) => {
    const { queriesPerHour, activeQueries, turnWeight } = own;
    const { limits } = ports;
    const body: EnvironmentLimits = {
      queriesPerHour: queriesPerHour ?? limits.queriesPerHour,
      activeQueries: activeQueries ?? limits.activeQueries,
      turnWeight,
      own: { queriesPerHour, activeQueries },
    };
    response.json(body);
  };
  return [
    guardedRoute({
      method: 'get',
      path,
      scope: 'admin',
      operation: { id: 'getLimits', tag, summary: 'How much the environment may submit' },
      responses,
      async handle({ request, response }) {
        answer(response, await ports.settings.find(await findTenant(request)));
      },
    }),
    guardedRoute({
      method: 'patch',
      path,
      scope: 'admin',
      operation: { id: 'changeLimits', tag, summary: 'Change how much the environment may submit' },
      body: jsonBody(changeLimitsBody, { maxBytes: 4096, example: { queriesPerHour: 20 } }),
      responses,
      async handle({ request, response, principal, body }) {
        const tenant = await findTenant(request);
        const own = await ports.settings.change(tenant, body);
        ports.record({ principal, response }, 'environment.limits', {
          environment: tenant.environment,
          ...body,
        });
        answer(response, own);
      },
    }),
  ];
}
