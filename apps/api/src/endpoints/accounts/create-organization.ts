import { createdOrganization, createOrganizationBody, type CreatedOrganization } from '@hourglass/contract';
import { createOrganization } from '@hourglass/reports';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { organizationViewOf } from '../organizations.ts';
import { maxAccountBodyBytes, type AccountPorts } from './account-ports.ts';

/** `POST /v1/organizations`, for operators. */
export function createOrganizationRoute(ports: AccountPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: '/v1/organizations',
    scope: 'admin',
    operation: {
      id: 'createOrganization',
      tag: 'Organizations',
      summary: 'Make an organization with its environments, administrator and token; for operators',
    },
    body: jsonBody(createOrganizationBody, {
      maxBytes: maxAccountBodyBytes,
      example: {
        name: 'acme',
        environments: ['prod', 'test'],
        administrator: { email: 'jane@acme.example' },
      },
    }),
    responses: {
      201: { description: 'The organization; password and token are shown once.', json: createdOrganization },
    },
    async handle({ response, principal, body }) {
      const { name, environments, administrator } = body;
      const { email, password = ports.newPassword() } = administrator;
      const token = ports.newToken();
      const organization = await createOrganization(
        principal,
        { name, environments, administrator: { email, password }, token },
        ports.organizations,
      );
      ports.record({ principal, response }, 'organization.create', {
        created: name,
        environments,
        administrator: email,
      });
      const answer: CreatedOrganization = {
        organization: organizationViewOf(organization),
        administrator: { email, ...(administrator.password === undefined ? { password } : {}) },
        token,
      };
      response.status(201).set('Cache-Control', 'no-store').json(answer);
    },
  });
}
