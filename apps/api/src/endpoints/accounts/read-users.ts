import { userList, userView } from '@hourglass/contract';
import { ReportError } from '@hourglass/reports';
import { guardedRoute, type GuardedRoute } from '../../http/route.ts';
import type { AccountPorts } from './account-ports.ts';
import { emailOf, usersPath, userViewOf, usersTag } from './user-view.ts';

/** `GET …/users` and `GET …/users/{email}`, for administrators. */
export function readUsersRoutes({ users }: AccountPorts): readonly GuardedRoute[] {
  return [
    guardedRoute({
      method: 'get',
      path: usersPath,
      scope: 'admin',
      operation: { id: 'listUsers', tag: usersTag, summary: 'Users of the organization' },
      responses: { 200: { description: 'All of them, by e-mail address.', json: userList } },
      async handle({ response, principal }) {
        response.json({ users: (await users.list(principal.organization)).map(userViewOf) });
      },
    }),
    guardedRoute({
      method: 'get',
      path: `${usersPath}/:email`,
      scope: 'admin',
      operation: { id: 'getUser', tag: usersTag, summary: 'A user' },
      responses: { 200: { description: 'The user.', json: userView } },
      async handle({ request, response, principal }) {
        const email = emailOf(request);
        const user = await users.find(principal.organization, email);
        if (user === null) throw new ReportError('user.not_found', { email });
        response.json(userViewOf(user));
      },
    }),
  ];
}
