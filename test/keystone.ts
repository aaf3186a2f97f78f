import { createdToken } from '@hourglass/contract';
import { type ContractClient, type TestSystem } from '@hourglass/testing';

export const details = 'consumption-details';
export const history = 'historical-consumption-details';

/** Calls Keystone; `null`: without a token. */
export async function askKeystone(
  { url }: TestSystem,
  { call, query, token }: { call: string; query: string; token: string | null },
): Promise<{ status: number; text: string; requestId: string }> {
  const response = await fetch(`${url}/v1/keystone/customer/${call}?${query}`, {
    headers: token === null ? {} : { authorizationToken: token },
  });
  const text = await response.text();
  return { status: response.status, text, requestId: response.headers.get('X-Request-Id') ?? '' };
}

/** Creates a token in the organization of the test. */
export async function newToken(system: TestSystem, binding: object, scopes = ['read']): Promise<string> {
  const response = await fetch(`${system.url}/v1/organizations/${system.organization}/tokens`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ scopes, ...binding }),
  });
  return createdToken.parse(await response.json()).token;
}

/** Ingests records of the set `consumption.…`. Throws unless all are accepted. */
export async function sendRecords(
  client: ContractClient,
  set: string,
  records: readonly object[],
): Promise<void> {
  const body = records.map((record) => JSON.stringify(record)).join('\n');
  const response = await client.request(`/facts/consumption.${set}`, { method: 'POST', body });
  if (response.status !== 201) throw new Error(`records refused: ${await response.text()}`);
}

export function subscription(number: string, customer: string, more: object = {}): object {
  return {
    number,
    customer_id: customer,
    account_name: 'Account',
    start_date: '2023-01-01T00:00:00Z',
    ...more,
  };
}

export function level(number: string, name: string, committed: string | number): object {
  return { subscription: number, name, committed_tib: committed };
}

type Size = string | number;

export function sample(
  number: string,
  name: string,
  time: string,
  [committed, consumed, burst, accrued]: readonly [Size, Size, Size, Size],
  isInvoiced = false,
): object {
  return {
    subscription: number,
    service_level: name,
    timestamp_utc: time,
    committed_tib: committed,
    consumed_tib: consumed,
    burst_tib: burst,
    accrued_burst_tib: accrued,
    is_invoiced: isInvoiced,
  };
}

/** Masks the values that differ between requests. */
export function masked(text: string): string {
  return text
    .replace(/("request_id":)"[0-9a-f-]{36}"/, '$1"…"')
    .replace(/("response_time":)"\d+\.\d{3}"/, '$1"…"');
}
