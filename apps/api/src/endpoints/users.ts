import {
  changeUserBody,
  createdUser,
  createUserBody,
  ownPasswordBody,
  userList,
  userView,
  type CreatedUser,
  type UserView,
} from '@hourglass/contract';
import {
  ReportError,
  changeOwnPassword,
  changeUser,
  createUser,
  deleteUser,
  type UserRecord,
  type UserStore,
} from '@hourglass/reports';
import { newPasswordHasher } from '../http/new-password-hasher.ts';
import { ownPasswordCheck } from '../http/own-password-check.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';
import { emailOf, requireOwnEmail } from '../http/user-in-path.ts';
import type { Passwords } from '../passwords.ts';

export interface UserPorts {
  readonly users: UserStore;
  readonly passwords: Pick<Passwords, 'check' | 'hashNew'>;
  readonly newPassword: () => string;
}

const path = '/v1/organizations/:organization/users';
const tag = 'Users';
const maxBodyBytes = 16_384;

/** `…/users`: the users of an organization. For administrators, except the own password. */
export function userRoutes(ports: UserPorts): readonly GuardedRoute[] {
  return [
    listUsers(ports),
    getUser(ports),
    createUserRoute(ports),
    changeUserRoute(ports),
    changeOwnPasswordRoute(ports),
    deleteUserRoute(ports),
  ];
}

function listUsers({ users }: UserPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'admin',
    operation: { id: 'listUsers', tag, summary: 'List users' },
    responses: { 200: { description: 'All users, ordered by e-mail address.', json: userList } },
    async handle({ response, principal }) {
      response.json({ users: (await users.list(principal.organization)).map(userViewOf) });
    },
  });
}

function getUser({ users }: UserPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path: `${path}/:email`,
    scope: 'admin',
    operation: { id: 'getUser', tag, summary: 'Get a user' },
    responses: { 200: { description: 'The user.', json: userView } },
    async handle({ request, response, principal }) {
      const email = emailOf(request);
      const user = await users.find(principal.organization, email);
      if (user === null) throw new ReportError('user.not_found', { email });
      response.json(userViewOf(user));
    },
  });
}

function createUserRoute({ users, passwords, newPassword }: UserPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path,
    scope: 'admin',
    operation: { id: 'createUser', tag, summary: 'Create a user' },
    body: jsonBody(createUserBody, {
      maxBytes: maxBodyBytes,
      example: { email: 'joe@acme.example', role: 'member' },
    }),
    responses: {
      201: {
        description: 'The user. Only this response contains a generated password.',
        json: createdUser,
      },
    },
    async handle({ response, principal, body, audit }) {
      const { email, role, password = newPassword() } = body;
      const hashPassword = newPasswordHasher(passwords, principal, response);
      const user = await createUser(
        principal,
        { email, role, password },
        {
          users,
          hashPassword,
          audit: (created) => audit('user.create', { object: created.email, details: { role } }),
        },
      );
      const responseBody: CreatedUser = {
        ...userViewOf(user),
        ...(body.password === undefined ? { password } : {}),
      };
      response.status(201).set('Cache-Control', 'no-store').json(responseBody);
    },
  });
}

function changeUserRoute({ users, passwords }: UserPorts): GuardedRoute {
  return guardedRoute({
    method: 'patch',
    path: `${path}/:email`,
    scope: 'admin',
    operation: {
      id: 'changeUser',
      tag,
      summary: "Change a user's role or password, which ends the user's sign-ins",
    },
    body: jsonBody(changeUserBody, { maxBytes: maxBodyBytes, example: { role: 'administrator' } }),
    responses: { 200: { description: 'The changed user.', json: userView } },
    async handle({ request, response, principal, body, audit }) {
      const hashPassword = newPasswordHasher(passwords, principal, response);
      const user = await changeUser(principal, emailOf(request), body, {
        users,
        hashPassword,
        audit: ({ email: object, role }) =>
          audit('user.change', { object, details: { role, changed: Object.keys(body) } }),
        auditSignIn: ({ id: object, email: user, environment }) =>
          audit('token.delete', { environment, object, details: { user } }),
      });
      response.json(userViewOf(user));
    },
  });
}

function changeOwnPasswordRoute({ users, passwords }: UserPorts): GuardedRoute {
  return guardedRoute({
    method: 'put',
    path: `${path}/:email/password`,
    scope: 'read',
    operation: { id: 'changeOwnPassword', tag, summary: 'Change your own password' },
    body: jsonBody(ownPasswordBody, {
      maxBytes: maxBodyBytes,
      example: { currentPassword: 'the one until now', password: 'a new one that is long' },
    }),
    responses: { 204: { description: 'The password is changed. The former one ends at once.' } },
    async handle({ request, response, principal, body, audit }) {
      const email = requireOwnEmail(request, principal);
      await changeOwnPassword(principal, body, {
        users,
        hashPassword: newPasswordHasher(passwords, principal, response),
        isCurrentPassword: ownPasswordCheck(passwords, principal, request, response),
        audit: () => audit('user.change', { object: email, details: { changed: ['password'] } }),
      });
      response.status(204).end();
    },
  });
}

function deleteUserRoute({ users }: UserPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path: `${path}/:email`,
    scope: 'admin',
    operation: {
      id: 'deleteUser',
      tag,
      summary: "Delete a user, the user's tokens and those that the user made",
    },
    responses: { 204: { description: 'The user is deleted.' } },
    async handle({ request, response, principal, audit }) {
      const email = emailOf(request);
      const described = () => audit('user.delete', { object: email.toLowerCase() });
      await deleteUser(principal, email, { users, audit: described });
      response.status(204).end();
    },
  });
}

function userViewOf({ email, role, createdAt, secondFactor }: UserRecord): UserView {
  return { email, role, created: createdAt.toISOString(), secondFactor };
}
