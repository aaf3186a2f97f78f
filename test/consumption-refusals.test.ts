import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';
import { askKeystone, details, history, masked, newToken, sendRecords, subscription } from './keystone.ts';

/** The errors of Keystone's calls, and their access control. */
describe('Keystone', () => {
  let system: TestSystem;
  /** Bound to `prod`; `tokenOfC1` also to one customer. */
  let token: string;
  let tokenOfC1: string;
  beforeAll(async () => {
    system = await sharedSystem('api');
    token = await newToken(system, { environment: 'prod' });
    tokenOfC1 = await newToken(system, { environment: 'prod', customers: ['c1'] });
    await sendRecords(system.client, 'customers', [
      { id: 'c1', name: 'One' },
      { id: 'c2', name: 'Two' },
    ]);
    await sendRecords(system.client, 'subscriptions', [
      subscription('A-1', 'c1', { account_name: 'First' }),
      subscription('B-1', 'c2', { account_name: 'Other' }),
    ]);
  });
  afterAll(() => system.stop());

  const ask = (call: string, query: string, asking: string | null = token) =>
    askKeystone(system, { call, query, token: asking });

  describe('an invalid request', () => {
    const range = 'from_date_utc=2023-08-24&to_date_utc=2023-08-25';
    const good = `type=customer&id=c1&${range}`;
    const without = (name: string) => good.replace(new RegExp(`&?${name}=[^&]*`), '');
    const withOther = (name: string, value: string) =>
      good.replace(new RegExp(`${name}=[^&]*`), `${name}=${value}`);

    test.each([
      [history, without('type'), 'type', 'is required; expected "customer"'],
      [history, `${good}&type=customer`, 'type', 'more than once'],
      [history, withOther('type', 'partner'), 'type', 'expected "customer", found "partner"'],
      [history, withOther('type', 'Customer'), 'type', 'expected "customer"'],
      [history, withOther('type', ''), 'type', 'expected "customer"'],
      [history, without('id'), 'id', 'is required'],
      [history, `${good}&id=c2`, 'id', 'more than once'],
      [history, withOther('id', ''), 'id', 'at least 1 character'],
      [history, withOther('id', 'x'.repeat(257)), 'id', 'at most 256'],
      [history, withOther('id', 'a%00b'), 'id', 'NUL'],
      [history, withOther('id', 'a%0Ab'), 'id', 'control'],
      [history, without('from_date_utc'), 'from_date_utc', 'is required; expected RFC 3339'],
      [history, `${good}&from_date_utc=2023-08-24`, 'from_date_utc', 'more than once'],
      [history, withOther('from_date_utc', ''), 'from_date_utc', 'expected RFC 3339'],
      [history, withOther('from_date_utc', 'yesterday'), 'from_date_utc', 'found "yesterday"'],
      [history, withOther('from_date_utc', '2023-02-29'), 'from_date_utc', 'found "2023-02-29"'],
      [history, withOther('from_date_utc', '2023-08-24T14:15:22'), 'from_date_utc', 'expected RFC 3339'],
      [history, withOther('from_date_utc', '2023-08-24T24:00:00Z'), 'from_date_utc', 'expected RFC 3339'],
      [history, withOther('from_date_utc', '2023-08-24T14:15:22.1234567Z'), 'from_date_utc', 'at most six'],
      [
        history,
        withOther('from_date_utc', '2023-08-24T14:15:22+02:00'),
        'from_date_utc',
        '"+" is %2B in a URL',
      ],
      [history, withOther('from_date_utc', '0000-12-31'), 'from_date_utc', 'expected RFC 3339'],
      [history, withOther('from_date_utc', '1692886522'), 'from_date_utc', 'expected RFC 3339'],
      [history, withOther('from_date_utc', '2023-08-26'), 'from_date_utc', 'it is after to_date_utc'],
      [history, without('to_date_utc'), 'to_date_utc', 'is required; expected RFC 3339'],
      [history, `${good}&to_date_utc=2023-08-25`, 'to_date_utc', 'more than once'],
      [history, withOther('to_date_utc', '10000-01-01'), 'to_date_utc', 'expected RFC 3339'],
      [history, withOther('to_date_utc', '9999-12-31T23:59:59-01:00'), 'to_date_utc', 'expected RFC 3339'],
      [details, 'id=c1', 'type', 'is required; expected "customer"'],
      [details, 'type=customer', 'id', 'is required'],
      [details, 'type=customer&id=c1&id=c1', 'id', 'more than once'],
      [details, 'type=subscription&id=c1', 'type', 'found "subscription"'],
    ])('%s?%s: 400 with the field %s', async (call, query, field, words) => {
      const { status, text } = await ask(call, query);
      expect([status, JSON.parse(text)]).toEqual([
        400,
        {
          error: {
            code: 'request.invalid',
            message: expect.stringContaining(`${field}: `) as string,
            faults: [{ field, message: expect.stringContaining(words) as string }],
          },
        },
      ]);
    });

    test('gets all faults at once, and the name of an unknown parameter', async () => {
      const { text } = await ask(history, 'type=x');
      const { error } = JSON.parse(text) as { error: { faults: { field: string }[] } };
      expect(error.faults.map(({ field }) => field)).toEqual(['type', 'id', 'from_date_utc', 'to_date_utc']);
      for (const [call, query] of [
        [details, `type=customer&id=c1&${range}`],
        [history, `${good}&unit=day`],
      ] as const) {
        const { status, text: refusal } = await ask(call, query);
        expect([status, JSON.parse(refusal)]).toEqual([
          400,
          {
            error: {
              code: 'request.unknown_parameter',
              message: expect.stringMatching(/"(to_date_utc|unit)"; expected type, id/) as string,
              faults: expect.arrayContaining([
                {
                  field: expect.stringMatching(/^(from_date_utc|unit)$/) as string,
                  message: expect.stringMatching(/^unknown query parameter; expected type, id/) as string,
                },
              ]) as unknown,
            },
          },
        ]);
      }
    });

    test('with another method is a 405 in the same format', async () => {
      const response = await fetch(`${system.url}/v1/keystone/customer/${details}`, { method: 'DELETE' });
      expect([response.status, response.headers.get('Allow'), await response.json()]).toEqual([
        405,
        'GET, HEAD',
        { error: { code: 'request.method', message: expect.any(String) as string } },
      ]);
    });
  });

  describe('a token', () => {
    test('that is missing, wrong, empty or in another header is a 401 with the same body', async () => {
      const answers = [
        await ask(details, 'type=customer&id=c1', null),
        await ask(details, 'type=customer&id=c1', 'hg_wrong'),
        await ask(details, 'type=customer&id=c1', ''),
        await ask(details, 'type=customer&id=c1', `Bearer ${token}`),
        await ask(history, '', null),
      ];
      const response = await fetch(`${system.url}/v1/keystone/customer/${details}?type=customer&id=c1`, {
        headers: { Authorization: `Bearer ${token}` },
      });
      answers.push({ status: response.status, text: await response.text(), requestId: '' });
      for (const { status, text } of answers) {
        expect([status, text]).toEqual([
          401,
          '{"error":{"code":"auth.token","message":"The token is missing or invalid; send one in the header authorizationToken"}}',
        ]);
      }
    });

    test('without an environment or without the scope is a 403 with the reason', async () => {
      const refusals = [system.token, await newToken(system, { environment: 'prod' }, ['submit'])].map(
        async (one) => {
          const { status, text } = await ask(details, 'type=customer&id=c1', one);
          return [status, (JSON.parse(text) as { error: { code: string } }).error.code];
        },
      );
      expect(await Promise.all(refusals)).toEqual([
        [403, 'auth.unbound'],
        [403, 'auth.scope'],
      ]);
    });

    test('bound to customers reads only these; for others it gets the same bytes as for unknown ones', async () => {
      const range = '&from_date_utc=2023-08-24&to_date_utc=2023-08-25';
      for (const [call, more] of [
        [details, ''],
        [history, range],
      ] as const) {
        expect((await ask(call, `type=customer&id=c1${more}`, tokenOfC1)).status).toBe(200);
        const refusals = [
          await ask(call, `type=customer&id=c2${more}`, tokenOfC1),
          await ask(call, `type=customer&id=nobody${more}`, tokenOfC1),
          await ask(call, `type=customer&id=nobody${more}`, token),
        ];
        expect(refusals.map(({ status, text }) => [status, text])).toEqual(
          refusals.map(() => [404, '{"error":{"code":"customer.not_found","message":"No such customer"}}']),
        );
      }
    });

    test('reads only the customers of its environment, even if other environments use the same ids', async () => {
      const other = await system.createTenant({
        tokenScopes: ['read', 'ingest'],
        environment: 'prod',
      });
      const elsewhere = [
        {
          client: system.clientOf(system.organization, 'test'),
          token: await newToken(system, { environment: 'test' }),
        },
        {
          client: system.clientOf(other.organization, 'prod', `Bearer ${other.token}`),
          token: other.token,
        },
      ];
      for (const { client, token: theirs } of elsewhere) {
        expect((await ask(details, 'type=customer&id=c1', theirs)).status).toBe(404);
        await sendRecords(client, 'customers', [{ id: 'c1', name: 'Elsewhere' }]);
        // A subscription in the other environment has the same number.
        await sendRecords(client, 'subscriptions', [subscription('A-1', 'c1', { account_name: 'Theirs' })]);
        const { text } = await ask(details, 'type=customer&id=c1', theirs);
        expect(masked(text)).toBe(
          '{"result":{"returned_records":"1","records":[{"subscription":{"account_name":"Theirs","number":"A-1",' +
            '"start_date":"2023-01-01T00:00:00Z","end_date":""},"service_levels":[]}],' +
            '"request_id":"…","response_time":"…"}}',
        );
      }
      expect((await ask(details, 'type=customer&id=c1')).text).toContain('"account_name":"First"');
    });
  });
});
