import { changeUserBody, userView } from '@hourglass/contract';
import { changeUser } from '@hourglass/reports';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { maxAccountBodyBytes, type AccountPorts } from './account-ports.ts';
import { emailOf, usersPath, userViewOf, usersTag } from './user-view.ts';

/** `PATCH …/users/{email}`: role, password or both, for administrators. */
export function changeUserRoute({ users, record }: AccountPorts): GuardedRoute {
  return guardedRoute({
    method: 'patch',
    path: `${usersPath}/:email`,
    scope: 'admin',
    operation: { id: 'changeUser', tag: usersTag, summary: "Change a user's role or password" },
    body: jsonBody(changeUserBody, { maxBytes: maxAccountBodyBytes, example: { role: 'administrator' } }),
    responses: { 200: { description: 'The user.', json: userView } },
    async handle({ request, response, principal, body }) {
      const user = await changeUser(principal, emailOf(request), body, users);
      const changed = Object.keys(body);
      record({ principal, response }, 'user.change', { user: user.email, role: user.role, changed });
      response.json(userViewOf(user));
    },
  });
}
