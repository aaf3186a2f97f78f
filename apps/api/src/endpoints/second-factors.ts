import type { Response } from 'express';
import {
  confirmedSecondFactor,
  confirmSecondFactorBody,
  removeSecondFactorBody,
  secondFactorView,
  startedSecondFactor,
  startSecondFactorBody,
  type ConfirmedSecondFactor,
  type SecondFactorView,
  type StartedSecondFactor,
} from '@hourglass/contract';
import {
  confirmSecondFactor,
  ReportError,
  removeOwnSecondFactor,
  removeSecondFactor,
  startSecondFactor,
  type CodePorts,
  type SecondFactorStore,
} from '@hourglass/reports';
import { ownPasswordCheck } from '../http/own-password-check.ts';
import { noteRefusal } from '../http/refusals.ts';
import { guardedRoute, jsonBody, type GuardedRoute } from '../http/route.ts';
import { emailOf, requireOwnEmail } from '../http/user-in-path.ts';
import type { Passwords } from '../passwords.ts';

export interface SecondFactorPorts extends CodePorts {
  readonly secondFactors: SecondFactorStore;
  readonly passwords: Pick<Passwords, 'check'>;
  readonly newRecoveryCode: () => string;
}

const path = '/v1/organizations/:organization/users/:email/secondFactor';
const tag = 'Users';
const maxBodyBytes = 16_384;

/** `…/users/{email}/secondFactor`: the own one, which administrators remove when its user lost it. */
export function secondFactorRoutes(ports: SecondFactorPorts): readonly GuardedRoute[] {
  return [getRoute(ports), startRoute(ports), confirmRoute(ports), removeOwnRoute(ports), removeRoute(ports)];
}

function getRoute({ secondFactors }: SecondFactorPorts): GuardedRoute {
  return guardedRoute({
    method: 'get',
    path,
    scope: 'read',
    operation: { id: 'getSecondFactor', tag, summary: 'Get the state of your second factor' },
    responses: { 200: { description: 'Its state.', json: secondFactorView } },
    async handle({ request, response, principal }) {
      const email = requireOwnEmail(request, principal);
      const { state, confirmedAt, recoveryCodesLeft } = await secondFactors.find(
        principal.organization,
        email,
      );
      const confirmed = confirmedAt?.toISOString() ?? null;
      response.json({ state, confirmed, recoveryCodesLeft } satisfies SecondFactorView);
    },
  });
}

function startRoute({ passwords, ...ports }: SecondFactorPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path,
    scope: 'read',
    operation: { id: 'startSecondFactor', tag, summary: 'Make a secret for codes of an authenticator app' },
    body: jsonBody(startSecondFactorBody, {
      maxBytes: maxBodyBytes,
      example: { password: 'the one of the caller' },
    }),
    responses: {
      201: {
        description: 'The secret. It protects nothing until a code confirms it.',
        json: startedSecondFactor,
      },
    },
    async handle({ request, response, principal, body, audit }) {
      const email = requireOwnEmail(request, principal);
      const secret = await startSecondFactor(principal, body.password, {
        ...ports,
        isCurrentPassword: ownPasswordCheck(passwords, principal, request, response),
        audit: () => audit('second_factor.start', { object: email }),
      });
      const started: StartedSecondFactor = { state: 'pending', ...secret };
      response.status(201).set('Cache-Control', 'no-store').json(started);
    },
  });
}

function confirmRoute(ports: SecondFactorPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: `${path}\\:confirm`,
    scope: 'read',
    operation: { id: 'confirmSecondFactor', tag, summary: 'Activate your second factor with a code' },
    body: jsonBody(confirmSecondFactorBody, { maxBytes: maxBodyBytes, example: { code: '123456' } }),
    responses: {
      200: {
        description: 'Recovery codes. From now on the password alone is refused.',
        json: confirmedSecondFactor,
      },
    },
    async handle({ request, response, principal, body, audit }) {
      const email = requireOwnEmail(request, principal);
      const recoveryCodes = await notingRefusal(response, () =>
        confirmSecondFactor(principal, body.code, {
          ...ports,
          audit: () => audit('second_factor.confirm', { object: email }),
        }),
      );
      const confirmed: ConfirmedSecondFactor = { state: 'active', recoveryCodes: [...recoveryCodes] };
      response.set('Cache-Control', 'no-store').json(confirmed);
    },
  });
}

function removeOwnRoute({ passwords, ...ports }: SecondFactorPorts): GuardedRoute {
  return guardedRoute({
    method: 'post',
    path: `${path}\\:remove`,
    scope: 'read',
    operation: {
      id: 'removeOwnSecondFactor',
      tag,
      summary: 'Remove your second factor with password and code',
    },
    body: jsonBody(removeSecondFactorBody, {
      maxBytes: maxBodyBytes,
      example: { password: 'the one of the caller', code: '123456' },
    }),
    responses: { 204: { description: 'It is removed, with its recovery codes.' } },
    async handle({ request, response, principal, body, audit }) {
      const email = requireOwnEmail(request, principal);
      await notingRefusal(response, () =>
        removeOwnSecondFactor(principal, body, {
          ...ports,
          isCurrentPassword: ownPasswordCheck(passwords, principal, request, response),
          audit: () => audit('second_factor.remove', { object: email }),
        }),
      );
      response.status(204).end();
    },
  });
}

function removeRoute({ secondFactors }: SecondFactorPorts): GuardedRoute {
  return guardedRoute({
    method: 'delete',
    path,
    scope: 'admin',
    operation: {
      id: 'removeSecondFactor',
      tag,
      summary: 'Remove the second factor of another user, after its loss',
    },
    responses: { 204: { description: 'It is removed. The password of the user suffices again.' } },
    async handle({ request, response, principal, audit }) {
      const email = emailOf(request);
      const described = () => audit('second_factor.remove', { object: email.toLowerCase() });
      await removeSecondFactor(principal, email, { secondFactors, audit: described });
      response.status(204).end();
    },
  });
}

/** A wrong code is a refusal in the audit log, although its status is 400. */
async function notingRefusal<Result>(response: Response, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ReportError && error.code === 'request.invalid') noteRefusal(response);
    throw error;
  }
}
