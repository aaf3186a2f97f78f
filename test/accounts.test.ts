import { createdOrganization, createdToken, createdUser } from '@hourglass/contract';
import { eventually, sharedSystem } from '@hourglass/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startAccounts, type AccountsSystem } from './accounts-system.ts';

let accounts: AccountsSystem;
/** The organization of the operator. */
let acme: string;
beforeAll(async () => {
  accounts = await startAccounts(await sharedSystem('api'));
  acme = accounts.system.organization;
});
afterAll(() => accounts.system.stop());

test('responds to odd names in paths with 400 or 404, never with 500', async () => {
  const names = [
    '%2F',
    '..%2Facme',
    '%00',
    'a%00b',
    '%ff',
    'x'.repeat(8000),
    '%F0%9F%98%80',
    "'%20or%20true--",
  ];
  names.push('%ED%A0%80', '%25', '__proto__', '%7B%7D');
  for (const name of names) {
    for (const [method, path] of [
      ['GET', `/${name}/users`],
      ['GET', `/${acme}/users/${name}`],
      ['PATCH', `/${acme}/users/${name}`],
      ['DELETE', `/${acme}/users/${name}`],
      ['DELETE', `/${acme}/tokens/${name}`],
      ['POST', `/${name}/environments`],
    ] as const) {
      const body = method === 'PATCH' ? { role: 'member' } : method === 'POST' ? { name: 'x' } : undefined;
      const { status } = await accounts.call(method, path, { body });
      expect([method, path.slice(0, 40), [400, 404].includes(status)]).toEqual([
        method,
        path.slice(0, 40),
        true,
      ]);
    }
  }
});

test('logs each write in one line with its actor and action, and logs no secret', async () => {
  const password = 'kept out of every log';
  const email = `logged@${acme}.example`;
  const done = [
    await accounts.call('POST', '', {
      body: { name: 'logged', administrator: { email: 'l@logged.example', password } },
    }),
    await accounts.call('POST', `/${acme}/environments`, { body: { name: 'logged' } }),
    await accounts.call('PATCH', `/${acme}/environments/logged/limits`, { body: { activeQueries: 3 } }),
    await accounts.call('PATCH', `/${acme}/environments/logged/retention`, { body: { retentionDays: 3 } }),
    await accounts.call('PUT', `/${acme}/environments/logged/hostnames`, {
      body: { hostnames: ['x.example'] },
    }),
    await accounts.call('POST', `/${acme}/environments/logged/customFields`, {
      body: { name: 'dc_x', type: 'STRING' },
    }),
    await accounts.call('PATCH', `/${acme}/environments/logged/customFields`, {
      body: { undeclaredFields: 'ignore' },
    }),
    await accounts.call('DELETE', `/${acme}/environments/logged/customFields/dc_x`),
    await accounts.call('PUT', `/${acme}/exchangeRates`, {
      body: [{ day: '2026-06-01', currency: 'USD', targetCurrency: 'EUR', rate: '0.9' }],
    }),
    await accounts.call('POST', `/${acme}/users`, { body: { email } }),
    await accounts.call('PATCH', `/${acme}/users/${email}`, { body: { password } }),
    await accounts.call('POST', `/${acme}/tokens`, { body: { email, scopes: ['read'] } }),
  ];
  const { id, token } = createdToken.parse(done.at(-1)?.answer);
  done.push(
    await accounts.call('DELETE', `/${acme}/tokens/${id}`),
    await accounts.call('DELETE', `/${acme}/users/${email}`),
  );
  const ids = done.map(({ headers }) => headers.get('x-request-id'));
  const lines = await eventually('every line is written', async () => {
    const written = (await accounts.system.apiLog())
      .filter((line) => line.includes('"administration"'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ requestId }) => ids.includes(String(requestId)));
    return written.length < done.length ? null : written;
  });
  expect(lines.map(({ action, by, organization }) => [action, by, organization])).toEqual(
    [
      'organization.create',
      'environment.create',
      'environment.limits',
      'environment.retention',
      'environment.hostnames',
      'custom_field.create',
      'environment.undeclared_fields',
      'custom_field.delete',
      'organization.exchange_rates',
      'user.create',
      'user.change',
      'token.create',
      'token.delete',
      'user.delete',
    ].map((action) => [action, accounts.system.email, action === 'organization.create' ? 'logged' : acme]),
  );
  expect(lines.find(({ action }) => action === 'user.change')).toMatchObject({
    object: email,
    changed: ['password'],
  });
  const made = createdUser.parse(done[9]?.answer);
  const shown = createdOrganization.parse(done[0]?.answer);
  const log = (await accounts.system.apiLog()).join('\n');
  for (const secret of [
    password,
    token,
    made.password,
    shown.token,
    accounts.system.token,
    accounts.system.password,
  ]) {
    expect(log).not.toContain(secret ?? 'a password that was not made');
  }
});
