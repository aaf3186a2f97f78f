import { errorBody } from '@hourglass/contract';
import type { TestSystem, TestTenant } from '@hourglass/testing';
import { expect } from 'vitest';

interface Asked {
  readonly body?: unknown;
  /** Default: the operator's token. */
  readonly authorization?: string;
}

/** A system whose own organization has an operator; `other` has an administrator and `third` a member. */
export interface AccountsSystem {
  readonly system: TestSystem;
  readonly other: TestTenant;
  readonly third: TestTenant;
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
  /** Makes a call that is expected to fail. Returns its error. */
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
  /** Adds a user to the system's own organization. Returns its `Authorization` header. */
  addUser(email: string, role?: string, password?: string): Promise<string>;
}

export async function startAccounts(system: TestSystem): Promise<AccountsSystem> {
  const other = await system.createTenant({ role: 'administrator' });
  const third = await system.createTenant();

  const call: AccountsSystem['call'] = async (
    method,
    path,
    { body, authorization = `Bearer ${system.token}` } = {},
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
    other,
    third,
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
    async addUser(email, role = 'member', password = system.password) {
      const { status } = await call('POST', `/${system.organization}/users`, {
        body: { email, role, password },
      });
      expect(status).toBe(201);
      return basic(email, password);
    },
  };
}

export function basic(email: string, password: string): string {
  return `Basic ${Buffer.from(`${email}:${password}`).toString('base64')}`;
}
