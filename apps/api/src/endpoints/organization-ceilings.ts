import type { Response } from 'express';
import { changeCeilingsBody, organizationCeilings, type OrganizationCeilings } from '@hourglass/contract';
import {
  changeCeilings,
  effectiveCeilings,
  type Ceilings,
  type CeilingStore,
  type OwnCeilings,
} from '@hourglass/reports';
import { scopeOf } from '../http/find-tenant.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';

const path = '/v1/organizations/:organization/ceilings';
const tag = 'Organizations';

export interface CeilingsPorts {
  readonly ceilings: CeilingStore;
  readonly defaultCeilings: Ceilings;
}

/**
 * `GET …/ceilings` and `PATCH …/ceilings`: how far administrators may raise the limits of their
 * environments. Operators read and change those of every organization.
 */
export function organizationCeilingsRoutes({ ceilings, defaultCeilings }: CeilingsPorts): GuardedRoute[] {
  const responses = {
    200: { description: 'The ceilings in force and those of the organization.', json: organizationCeilings },
  };
  const respond = (response: Response, own: OwnCeilings) => {
    const body: OrganizationCeilings = { ...effectiveCeilings(own, defaultCeilings), own };
    response.json(body);
  };
  return [
    guardedRoute({
      method: 'get',
      path,
      scope: 'admin',
      allowsOperators: true,
      operation: { id: 'getCeilings', tag, summary: 'Get the ceilings of the limits of environments' },
      responses,
      async handle({ request, response }) {
        respond(response, await ceilings.find(scopeOf(request).organization));
      },
    }),
    guardedRoute({
      method: 'patch',
      path,
      scope: 'admin',
      allowsOperators: true,
      operation: {
        id: 'changeCeilings',
        tag,
        summary: 'Change the ceilings of the limits of environments (operators only)',
      },
      body: jsonBody(changeCeilingsBody, { maxBytes: 4096, example: { queriesPerHour: 100 } }),
      responses,
      async handle({ request, response, principal, body, audit }) {
        const { organization } = scopeOf(request);
        const described = () => audit('organization.ceilings', { object: organization, details: body });
        const own = await changeCeilings(principal, organization, {
          change: body,
          ceilings,
          audit: described,
        });
        respond(response, own);
      },
    }),
  ];
}
