import { auditEventList, type AuditEventView } from '@hourglass/contract';
import type { TestSystem } from '@hourglass/testing';

interface Sent {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly authorization?: string;
}

export type AuditClient = ReturnType<typeof auditClient>;

/** Sends requests as the operator of the system, unless another authorization is given. */
export function auditClient(system: Pick<TestSystem, 'url' | 'token'>) {
  async function call(method: string, path: string, { body, headers, authorization }: Sent = {}) {
    const response = await fetch(`${system.url}${path}`, {
      method: method.toUpperCase(),
      headers: {
        Authorization: authorization ?? `Bearer ${system.token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, requestId: response.headers.get('x-request-id') ?? '' };
  }

  async function events(path: string, authorization?: string): Promise<AuditEventView[]> {
    const sent = authorization === undefined ? {} : { authorization };
    return auditEventList.parse(JSON.parse((await call('get', path, sent)).text)).events;
  }

  return { call, events };
}
