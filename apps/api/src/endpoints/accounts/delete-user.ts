import { deleteUser } from '@hourglass/reports';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import type { AccountPorts } from './account-ports.ts';
import { emailOf, usersPath, usersTag } from './user-view.ts';

/** `DELETE …/users/{email}`, for administrators. */
export function deleteUserRoute({ users, record }: AccountPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${usersPath}/:email`,
    scope: 'admin',
    operation: { id: 'deleteUser', tag: usersTag, summary: 'Delete a user and the tokens of the user' },
    responses: { 204: { description: 'The user is no more.' } },
    async handle({ request, response, principal }) {
      const email = emailOf(request);
      await deleteUser(principal, email, users);
      record({ principal, response }, 'user.delete', { user: email.toLowerCase() });
      response.status(204).end();
    },
  });
}
