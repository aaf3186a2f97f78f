import { signedIn, signInBody } from '@hourglass/contract';
import {
  signInWithPassword,
  type CodePorts,
  type PasswordSignIn,
  type PasswordSignInPorts,
  type Principal,
  type SignInToken,
} from '@hourglass/reports';
import type { Request, Response } from 'express';
import type { z } from 'zod';
import { auditRequest } from '../http/audit.ts';
import { clientAddress } from '../http/client-address.ts';
import { clientGone } from '../http/client-gone.ts';
import { noteCredentials, notePrincipal } from '../http/refusals.ts';
import { jsonBody, openRoute, type OpenCall, type OpenRoute } from '../http/route.ts';
import type { Passwords } from '../passwords.ts';
import { signedInViewOf } from '../sign-in/signed-in-view.ts';

export interface PasswordSignInRoutePorts
  extends CodePorts, Pick<PasswordSignInPorts, 'tokens' | 'newToken' | 'secondFactors'> {
  readonly signIns: PasswordSignInPorts['records'];
  readonly passwords: Pick<Passwords, 'check' | 'observer' | 'turns'>;
}

export const signInMaxBodyBytes = 16_384;

/** `POST /v1/signIn`: exchanges a password, and the code of a second factor, for a token. */
export function passwordSignInRoute(ports: PasswordSignInRoutePorts): OpenRoute {
  return openRoute({
    method: 'post',
    path: '/v1/signIn',
    operation: { id: 'signIn', tag: 'Sign-in', summary: 'Sign in with a password, and a code' },
    body: jsonBody(signInBody, {
      maxBytes: signInMaxBodyBytes,
      example: { email: 'joe@acme.example', password: 'the one of the user', code: '123456' },
    }),
    responses: { 200: { description: 'A token for eight hours.', json: signedIn } },
    async handle(call) {
      call.response.set('Cache-Control', 'no-store').json(signedInViewOf(await signIn(ports, call)));
    },
  });
}

/** Checks password and code, and makes the token. @throws ReportError as `signInWithPassword` */
export function signIn(
  ports: PasswordSignInRoutePorts,
  {
    request,
    response,
    body,
  }: Pick<OpenCall<unknown, z.infer<typeof signInBody>>, 'request' | 'response' | 'body'>,
): Promise<SignInToken> {
  const origin = { address: clientAddress(request), signal: clientGone(response) };
  noteCredentials(response, { kind: 'password', ...body });
  return signInWithPassword({ ...body, ...origin }, portsOf(ports, origin, request, response));
}

function portsOf(
  { signIns, passwords, ...ports }: PasswordSignInRoutePorts,
  origin: Pick<PasswordSignIn, 'address' | 'signal'>,
  request: Request,
  response: Response,
): PasswordSignInPorts {
  const describe = ({ email, organization }: Pick<Principal, 'email' | 'organization'>) =>
    auditRequest(request, response, { email, organization, tokenId: null }).describe;
  return {
    ...ports,
    records: signIns,
    observer: passwords.observer,
    turns: passwords.turns,
    checkPassword: (sent) => passwords.check({ ...sent, ...origin }),
    onIdentified: (principal) => notePrincipal(response, principal),
    auditUse: (user, { kind, recoveryCodesLeft }) =>
      describe(user)('second_factor.use', { object: user.email, details: { kind, recoveryCodesLeft } }),
    audit: (email, action, { organization, ...write }) =>
      describe({ email, organization })(action, { organization, ...write }),
  };
}
