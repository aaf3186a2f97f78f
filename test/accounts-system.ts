import { errorBody } from '@hourglass/contract';
import {
  createTestTenant,
  startSystem,
  testPassword,
  testToken,
  type RunningSystem,
} from '@hourglass/testing';
import { expect } from 'vitest';

export const otherToken = 'token-of-the-other-organization';
export const memberToken = 'token-of-a-member-of-a-third-one';

interface Asked {
  readonly body?: unknown;
  /** Of the operator, unless told otherwise. */
  readonly authorization?: string;
}

/** A system in which `acme` has the operator, `other` an administrator and `third` a member. */
export interface AccountsSystem {
  readonly system: RunningSystem;
  /** `path` follows `/v1/organizations`. */
  call(
    method: string,
    path: string,
    asked?: Asked,
  ): Promise<{
    readonly status: number;
    readonly text: string;
    readonly answer: unknown;
    readonly headers: Headers;
  }>;
  /** What the error of an answer tells. */
  refusal(
    method: string,
    path: string,
    asked?: Asked,
  ): Promise<{
    readonly status: number;
    readonly code: string;
    readonly message: string;
    readonly faults: readonly { readonly field: string; readonly description: string }[];
  }>;
  /** Of `acme`. Answers what the user sends as `Authorization`. */
  addUser(email: string, role?: string, password?: string): Promise<string>;
}

export async function startAccounts(): Promise<AccountsSystem> {
  const system = await startSystem({ worker: false });
  const environments = ['prod'];
  await createTestTenant(system.databaseUrl, {
    organization: 'other',
    environments,
    token: otherToken,
    role: 'administrator',
  });
  await createTestTenant(system.databaseUrl, { organization: 'third', environments, token: memberToken });

  const call: AccountsSystem['call'] = async (
    method,
    path,
    { body, authorization = `Bearer ${testToken}` } = {},
  ) => {
    const response = await fetch(`${system.url}/v1/organizations${path}`, {
      method,
      headers: {
        Authorization: authorization,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer: unknown = text === '' ? undefined : JSON.parse(text);
    return { status: response.status, text, answer, headers: response.headers };
  };
  return {
    system,
    call,
    async refusal(...asked) {
      const { status, answer } = await call(...asked);
      const { code, message, error } = errorBody.parse(answer);
      return {
        status,
        code,
        message,
        faults: error.details.flatMap(({ fieldViolations }) => fieldViolations),
      };
    },
    async addUser(email, role = 'member', password = testPassword) {
      const { status } = await call('POST', '/acme/users', { body: { email, role, password } });
      expect(status).toBe(201);
      return basic(email, password);
    },
  };
}

export function basic(email: string, password: string): string {
  return `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
}
