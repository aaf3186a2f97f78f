import { createdUser, createUserBody, type CreatedUser } from '@hourglass/contract';
import { createUser } from '@hourglass/reports';
import { guardedRoute, jsonBody, type GuardedRoute } from '../../http/route.ts';
import { maxAccountBodyBytes, type AccountPorts } from './account-ports.ts';
import { usersPath, userViewOf, usersTag } from './user-view.ts';

/** `POST …/users`, for administrators. */
export function createUserRoute(ports: AccountPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: usersPath,
    scope: 'admin',
    operation: { id: 'createUser', tag: usersTag, summary: 'Make a user' },
    body: jsonBody(createUserBody, {
      maxBytes: maxAccountBodyBytes,
      example: { email: 'joe@acme.example', role: 'member' },
    }),
    responses: {
      201: { description: 'The user; a password that was made is shown once.', json: createdUser },
    },
    async handle({ response, principal, body }) {
      const { email, role, password = ports.newPassword() } = body;
      const user = await createUser(principal, { email, role, password }, ports.users);
      ports.record({ principal, response }, 'user.create', { user: email, role });
      const answer: CreatedUser = {
        ...userViewOf(user),
        ...(body.password === undefined ? { password } : {}),
      };
      response.status(201).set('Cache-Control', 'no-store').json(answer);
    },
  });
}
