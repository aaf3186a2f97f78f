import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createdAccessKey, customerList, errorBody, instrumentList } from '@hourglass/contract';
import { sharedSystem, signRequest, targetOf, type TestSystem } from '@hourglass/testing';
import { browserRequest, signInWithCookie } from './console/browser-request.ts';
import { askKeystone, details, history, level, masked, newToken, sample, subscription } from './keystone.ts';

const inRange = 'time=bt&time=2026-01-01+00:00:00&time=2026-01-31+23:59:59';

/** The contracts of records have credentials of their own. Below an environment, those of this API are enough. */
describe('a contract of records below an environment', () => {
  let system: TestSystem;
  let bound: string;
  beforeAll(async () => {
    system = await sharedSystem('api');
    bound = await newToken(system, { environment: 'prod' });
    await store('instruments.instruments', [{ id: 'b', name: 'Balance', location: 'Room 2' }]);
    await store('instruments.uses', [
      { id: '1', equipment: 'a', user_id: 'u', started_at: '2026-01-02T10:00:00Z', seconds: 60 },
      { id: '2', equipment: 'b', user_id: 'u', started_at: '2026-01-03T10:00:00Z', seconds: 30 },
    ]);
    await store('instruments.faults', [
      { id: '1', equipment: 'c', broke_at: '2026-01-02T10:00:00Z', seconds: 5 },
    ]);
    await store('orders.orders', [order('O-1', 5), order('O-2', 1), order('O-3', 1)]);
    await store('orders.grants', [{ id: 'g', no: 'O-2', count: 1, granted_at: '2026-01-03T00:00:00Z' }]);
    await store('consumption.customers', [
      { id: 'c1', name: 'One' },
      { id: 'c2', name: 'Two' },
    ]);
    await store('consumption.subscriptions', [subscription('A-1', 'c1')]);
    await store('consumption.service_levels', [level('A-1', 'Extreme', 2)]);
    await store('consumption.samples', [
      sample('A-1', 'Performance', '2026-01-05T00:00:00Z', ['10.5', 12, '1.5', '0.25'], true),
    ]);
  });
  afterAll(() => system.stop());

  async function store(set: string, records: readonly object[]): Promise<void> {
    const body = records.map((record) => JSON.stringify(record)).join('\n');
    const response = await system.client.request(`/facts/${set}`, { method: 'POST', body });
    expect([response.status, await response.text()]).toEqual([201, expect.any(String)]);
  }
  const order = (no: string, count: number) => ({
    ...{ no, product_id: 1, count, total_price: 100, buy_user_id: 7 },
    ...{ create_time: '2026-01-02T00:00:00Z', update_time: '2026-01-02T00:00:00Z' },
  });
  const text = async (response: Response) => [response.status, await response.text()] as const;
  const below = async (path: string) => text(await system.client.request(path));
  const wheres = (...conditions: readonly object[]) =>
    `wheres=${encodeURIComponent(Buffer.from(JSON.stringify(conditions)).toString('base64'))}`;

  test.each([
    ['/dashboard', `equipment=a&equipment=b&resource=record&resource=follow&${inRange}`],
    ['/charts', `equipment=["a","b"]&resource=record&unit=day&fill=true&${inRange}`],
  ])('returns the bytes of %s for instruments', async (path, query) => {
    const headers = { Authorization: `Bearer ${bound}` };
    const own = await text(await fetch(`${system.url}${path}?${query}`, { headers }));
    expect(own).toEqual([200, expect.stringContaining('"service_time"')]);
    expect(await below(`${path}?${query}`)).toEqual(own);
  });

  test('returns the bytes of the signed request for orders, with conditions and pages', async () => {
    const response = await system.client.request('/accessKeys', { method: 'POST', body: '{}' });
    const key = createdAccessKey.parse(await response.json());
    const condition = { k: 'count', o: 'lte', v: 1 };
    const encoded = Buffer.from(JSON.stringify([condition])).toString('base64');
    const parameters = [
      ['size', '1'],
      ['page', '1'],
      ['count', 'valid'],
      ['wheres', encoded],
    ] as const;
    const own = await text(await fetch(`${system.url}${targetOf(signRequest(key, { parameters }))}`));
    expect(own).toEqual([200, expect.stringContaining('"no":"O-3"')]);
    expect(own[1]).toContain('"total":1');
    expect(await below(`/orders?size=1&page=1&count=valid&${wheres(condition)}`)).toEqual(own);
    expect((await below('/orders'))[1]).toContain('"total":3');
  });

  test.each([
    [details, 'type=customer&id=c1'],
    [history, 'type=customer&id=c1&from_date_utc=2026-01-01&to_date_utc=2026-01-31'],
  ])('returns the bytes of %s for consumption, but for the id and duration', async (call, query) => {
    const own = await askKeystone(system, { call, query, token: bound });
    const [status, body] = await below(`/${call}?${query}`);
    expect([status, masked(body)]).toEqual([200, masked(own.text)]);
    expect(body).toContain('"name":"Performance"');
  });

  test('lists the instruments with any record, by id, and the customers, in pages', async () => {
    const instruments = async (query: string) =>
      instrumentList.parse(JSON.parse((await below(`/instruments?${query}`))[1]));
    const first = await instruments('pageSize=2');
    expect(first).toEqual({
      timeZone: 'UTC',
      instruments: [
        { id: 'a', name: null, location: null },
        { id: 'b', name: 'Balance', location: 'Room 2' },
      ],
      nextPageToken: expect.any(String),
    });
    expect((await instruments(`pageToken=${first.nextPageToken}`)).instruments.map(({ id }) => id)).toEqual([
      'c',
    ]);
    const customers = async (query: string) =>
      customerList.parse(JSON.parse((await below(`/customers?${query}`))[1]));
    const page = await customers('pageSize=1');
    expect(page.customers).toEqual([{ id: 'c1', name: 'One' }]);
    expect(await customers(`pageToken=${page.nextPageToken}`)).toEqual({
      customers: [{ id: 'c2', name: 'Two' }],
    });
    const foreign = await below(`/customers?pageToken=${first.nextPageToken}`);
    expect(foreign).toEqual([400, expect.stringContaining('pageToken')]);
    const forged = Buffer.from(
      JSON.stringify([['\0'], JSON.parse(Buffer.from(page.nextPageToken ?? '', 'base64url').toString())[1]]),
    ).toString('base64url');
    expect(await below(`/customers?pageToken=${forged}`)).toEqual([
      400,
      expect.stringContaining('pageToken'),
    ]);
  });

  test('lists both on the command line', async () => {
    const run = async (list: string) =>
      (await system.runCli('records', list, '--org', system.organization, '--env', 'prod')).output;
    expect(await run('instruments')).toBe('a\t\t\nb\tBalance\tRoom 2\nc\t\t');
    expect(await run('customers')).toBe('c1\tOne\nc2\tTwo');
  });

  const paths = [
    `/dashboard?equipment=a&resource=record&${inRange}`,
    `/charts?equipment=a&resource=record&unit=day&${inRange}`,
    '/orders',
    `/${details}?type=customer&id=c1`,
    `/${history}?type=customer&id=c1&from_date_utc=2026-01-01&to_date_utc=2026-01-31`,
    '/instruments',
    '/customers',
  ];

  test('serves a session of the console, and not without one', async () => {
    const { cookie } = await signInWithCookie(system.url, system);
    const { pathname } = new URL(system.client.environmentUrl);
    for (const path of paths) {
      const ask = (headers: Readonly<Record<string, string>>) =>
        browserRequest(`${system.url}${pathname}${path}`, {
          method: 'GET',
          headers: { 'Sec-Fetch-Site': 'same-origin', ...headers },
          body: '',
        });
      expect([path, (await ask({ Cookie: cookie })).status]).toEqual([path, 200]);
      expect([path, (await ask({})).status]).toEqual([path, 401]);
    }
  });

  test('shows another environment nothing of this one', async () => {
    const { organization, token } = system;
    const other = system.clientOf(organization, 'test', `Bearer ${token}`);
    for (const path of paths) {
      const [status, body] = await text(await other.request(path));
      expect([path, status]).toEqual([path, path.includes('type=customer') ? 404 : 200]);
      expect(body).not.toMatch(/"(a|O-1|c1)"|Performance|"service_time":60/);
    }
  });

  test('is closed to tokens of customers, and to those that may not read', async () => {
    const { organization } = system;
    const ofCustomer = await newToken(system, { environment: 'prod', customers: ['c1'] });
    const ofImports = await newToken(system, {}, ['ingest']);
    const codeOf = async (path: string, token: string) => {
      const response = await system.clientOf(organization, 'prod', `Bearer ${token}`).request(path);
      return [response.status, errorBody.parse(await response.json()).code];
    };
    for (const path of paths) {
      expect([path, await codeOf(path, ofCustomer)]).toEqual([path, [403, 'auth.customers']]);
      expect([path, await codeOf(path, ofImports)]).toEqual([path, [403, 'auth.scope']]);
    }
  });
});
