import type { Response } from 'express';
import { changeLimitsBody, environmentLimits, type EnvironmentLimits } from '@hourglass/contract';
import {
  bounded,
  changeEnvironmentSettings,
  type ChangeEnvironmentSettingsPorts,
  type EnvironmentSettings,
  type ScheduleLimits,
  type SubmissionLimits,
} from '@hourglass/reports';
import type { TenantFinder } from '../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

const path = '/v1/organizations/:organization/environments/:environment/limits';
const tag = 'Environments';

export interface LimitsPorts extends ChangeEnvironmentSettingsPorts {
  /** Defaults for environments without their own limits. */
  readonly limits: SubmissionLimits & ScheduleLimits;
}

/** `GET …/limits` and `PATCH …/limits`: the limits of an environment. For administrators. */
export function environmentLimitsRoutes(findTenant: TenantFinder, ports: LimitsPorts): GuardedRoute[] {
  const responses = {
    200: {
      description: 'The effective limits and the own limits of the environment.',
      json: environmentLimits,
    },
  };
  const respond = (response: Response, settings: EnvironmentSettings) => {
    const { queriesPerHour, activeQueries, schedules, scheduledQueries, turnWeight, ceilings } = settings;
    const { limits } = ports;
    const body: EnvironmentLimits = {
      queriesPerHour: bounded(queriesPerHour ?? limits.queriesPerHour, ceilings.queriesPerHour),
      activeQueries: bounded(activeQueries ?? limits.activeQueries, ceilings.activeQueries),
      schedules: bounded(schedules ?? limits.schedules, ceilings.schedules),
      scheduledQueries: bounded(scheduledQueries ?? limits.scheduledQueries, ceilings.scheduledQueries),
      turnWeight: bounded(turnWeight, ceilings.turnWeight),
      own: { queriesPerHour, activeQueries, schedules, scheduledQueries },
    };
    response.json(body);
  };
  return [
    guardedRoute({
      method: 'get',
      path,
      scope: 'admin',
      operation: { id: 'getLimits', tag, summary: 'Get the submission limits' },
      responses,
      async handle({ request, response }) {
        respond(response, await ports.settings.find(await findTenant(request)));
      },
    }),
    guardedRoute({
      method: 'patch',
      path,
      scope: 'admin',
      operation: { id: 'changeLimits', tag, summary: 'Change the submission limits' },
      body: jsonBody(changeLimitsBody, { maxBytes: 4096, example: { queriesPerHour: 20 } }),
      responses,
      async handle({ request, response, principal, body, audit }) {
        const tenant = await findTenant(request);
        const settings = await changeEnvironmentSettings(principal, tenant, body, {
          ...ports,
          audit: () => audit('environment.limits', { details: body }),
        });
        respond(response, settings);
      },
    }),
  ];
}
