import {
  confirmedSecondFactor,
  errorBody,
  secondFactorView,
  signedIn,
  startedSecondFactor,
  type SecondFactorView,
  type SignedInView,
} from '@hourglass/contract';
import { codeOfStep, fromBase32, stepAt, type TestSystem } from '@hourglass/testing';
import { expect } from 'vitest';
import { basic } from './accounts-system.ts';

export interface Answer {
  readonly status: number;
  readonly text: string;
  /** The code of an error. */
  readonly code: string | null;
  readonly headers: Headers;
}

/** A user of an organization of its own. */
export interface EnrollingUser {
  readonly organization: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
}

export interface EnrolledUser extends EnrollingUser {
  readonly secret: string;
  /** The step of the code that confirmed. */
  readonly confirmedStep: number;
  readonly recoveryCodes: readonly string[];
}

/** Calls for second factors of the users of a system. */
export function secondFactorClient(system: Pick<TestSystem, 'url' | 'createTenant'>) {
  const send = async (
    method: string,
    path: string,
    { body, authorization, url = system.url }: { body?: unknown; authorization?: string; url?: string } = {},
  ): Promise<Answer> => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(authorization === undefined ? {} : { Authorization: authorization }),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const code = response.status < 400 ? null : errorBody.parse(JSON.parse(text)).code;
    return { status: response.status, text, code, headers: response.headers };
  };
  const factorPath = ({ organization, email }: Pick<EnrollingUser, 'organization' | 'email'>) =>
    `/v1/organizations/${organization}/users/${email}/secondFactor`;
  const bearer = ({ token }: Pick<EnrollingUser, 'token'>) => ({ authorization: `Bearer ${token}` });

  const client = {
    send,
    factorPath,
    async newUser(role: 'member' | 'administrator' = 'administrator'): Promise<EnrollingUser> {
      const password = 'the password of a test';
      return { ...(await system.createTenant({ role, password })), password };
    },
    async state(user: EnrollingUser): Promise<SecondFactorView> {
      return secondFactorView.parse(JSON.parse((await send('GET', factorPath(user), bearer(user))).text));
    },
    start: (user: EnrollingUser, password = user.password, url = system.url) =>
      send('POST', factorPath(user), { ...bearer(user), body: { password }, url }),
    confirm: (user: EnrollingUser, code: string) =>
      send('POST', `${factorPath(user)}:confirm`, { ...bearer(user), body: { code } }),
    remove: (user: EnrollingUser, code: string, password = user.password) =>
      send('POST', `${factorPath(user)}:remove`, { ...bearer(user), body: { password, code } }),
    async enrol(user: EnrollingUser): Promise<EnrolledUser> {
      const started = await client.start(user);
      expect(started.status).toBe(201);
      const { secret } = startedSecondFactor.parse(JSON.parse(started.text));
      const confirmedStep = stepAt(Date.now());
      const confirmed = await client.confirm(user, codeAt(secret, confirmedStep));
      expect([confirmed.status, confirmed.text]).toEqual([200, expect.stringContaining('active')]);
      const { recoveryCodes } = confirmedSecondFactor.parse(JSON.parse(confirmed.text));
      return { ...user, secret, confirmedStep, recoveryCodes };
    },
    signIn: (
      { email, password }: Pick<EnrollingUser, 'email' | 'password'>,
      code?: string,
      url = system.url,
    ) =>
      send('POST', '/v1/signIn', { body: { email, password, ...(code === undefined ? {} : { code }) }, url }),
    /** Sends the password as Basic. */
    withPassword: ({ organization, email, password }: EnrollingUser, url = system.url) =>
      send('GET', `/v1/organizations/${organization}`, { authorization: basic(email, password), url }),
    withToken: ({ organization }: EnrollingUser, token: string) =>
      send('GET', `/v1/organizations/${organization}`, { authorization: `Bearer ${token}` }),
  };
  return client;
}

export function codeAt(secret: string, step: number): string {
  return codeOfStep(fromBase32(secret), step);
}

/** The first code after the one that confirmed, which is accepted until two steps later. */
export function nextCode({ secret, confirmedStep }: EnrolledUser): string {
  return codeAt(secret, confirmedStep + 1);
}

/** Codes that are those of no step near now. */
export function wrongCodes(secret: string, count: number): string[] {
  const now = stepAt(Date.now());
  const right = new Set(Array.from({ length: 41 }, (_, index) => codeAt(secret, now - 20 + index)));
  return Array.from({ length: count + right.size }, (_, index) => String(100_000 + index))
    .filter((code) => !right.has(code))
    .slice(0, count);
}

export function signedInOf({ text }: Answer): SignedInView {
  return signedIn.parse(JSON.parse(text));
}
