import { createEnvironmentBody, environmentView } from '@hourglass/contract';
import { createEnvironment } from '@hourglass/reports';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { environmentViewOf } from '../organizations.ts';
import { maxAccountBodyBytes, type AccountPorts } from './account-ports.ts';

/** `POST …/environments`, for administrators. */
export function createEnvironmentRoute(ports: AccountPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: '/v1/organizations/:organization/environments',
    scope: 'admin',
    operation: { id: 'createEnvironment', tag: 'Organizations', summary: 'Make an environment' },
    body: jsonBody(createEnvironmentBody, { maxBytes: maxAccountBodyBytes, example: { name: 'stage' } }),
    responses: { 201: { description: 'The environment.', json: environmentView } },
    async handle({ response, principal, body: { name } }) {
      const environment = await createEnvironment(principal, name, ports.organizations);
      ports.record({ principal, response }, 'environment.create', { environment: name });
      response.status(201).json(environmentViewOf(environment));
    },
  });
}
