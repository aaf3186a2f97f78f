import type { Response } from 'express';
import { changeLimitsBody, type EnvironmentLimits } from '@hourglass/contract';
import { invalidRequest, type LimitStore, type OwnLimits, type SubmissionLimits } from '@hourglass/reports';
import { bodyFaults } from '../http/body-faults.ts';
import type { TenantFinder } from '../http/find-tenant.ts';
import type { GuardedRoute } from '../http/route.ts';

const path = '/v1/organizations/:organization/environments/:environment/limits';

export interface LimitsPorts {
  readonly own: LimitStore;
  /** Of environments without limits of their own. */
  readonly limits: SubmissionLimits;
}

/** `GET …/limits` and `PATCH …/limits`: what an environment may submit, for administrators. */
export function environmentLimitsRoutes(findTenant: TenantFinder, ports: LimitsPorts): GuardedRoute[] {
  const answer = (response: Response, own: OwnLimits) => {
    const { limits } = ports;
    const body: EnvironmentLimits = {
      queriesPerHour: own.queriesPerHour ?? limits.queriesPerHour,
      activeQueries: own.activeQueries ?? limits.activeQueries,
      own,
    };
    response.json(body);
  };
  return [
    {
      method: 'get',
      path,
      scope: 'admin',
      parameters: [],
      jsonBodyBytes: null,
      async handle(request, response, { principal }) {
        answer(response, await ports.own.find(await findTenant(request, principal)));
      },
    },
    {
      method: 'patch',
      path,
      scope: 'admin',
      parameters: [],
      jsonBodyBytes: 4096,
      async handle(request, response, { principal }) {
        const tenant = await findTenant(request, principal);
        const body = changeLimitsBody.safeParse(request.body);
        if (!body.success) throw invalidRequest(bodyFaults(body.error, request.body));
        answer(response, await ports.own.change(tenant, body.data));
      },
    },
  ];
}
