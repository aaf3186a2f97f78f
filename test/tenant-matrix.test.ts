import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createdAccessKey,
  createdSharedView,
  createdToken,
  deliveryView,
  errorBody,
  queryStatus,
  resultUrls,
  savedReport,
  schedule,
  tokenList,
  webhookEndpointWithSecret,
} from '@hourglass/contract';
import {
  eventually,
  sharedSystem,
  type DatabaseProxy,
  type TestSystem,
  type TestTenant,
} from '@hourglass/testing';
import { subscription } from './keystone.ts';
import { startRewritingProxy } from './rewriting-proxy.ts';
import { conditionNames, ConditionRemover } from './without-conditions.ts';

/**
 * Calls every operation of the OpenAPI document whose path names an organization, with every id of another organization
 * in every place of the path. A new endpoint is covered once it is in the document.
 *
 * The second run removes the conditions on tenants from the statements of the API on their way to PostgreSQL: the
 * policies of the database alone must hide what is foreign. Kept are the credential, the comparison of its organization
 * and environment with the path, and the look-up of the path's names, which decide what the scope is.
 */
describe.each([
  { statements: 'as they are', isStripped: false },
  { statements: 'without their conditions on tenants', isStripped: true },
  // Rewriting the statements of a thousand requests takes 43 s on a busy machine.
])('an endpoint, with statements $statements,', { timeout: 180_000 }, ({ isStripped }) => {
  let system: TestSystem;
  let proxy: DatabaseProxy | null = null;
  const remover = new ConditionRemover();
  let stranger: TestTenant;

  /** The ids that exist in the organization of the test, by path parameter. Those in `nothing` do not exist. */
  const existing: Record<string, string> = {
    environment: 'prod',
    dataset: 'api',
    dimensions: 'apiproxy',
    customField: 'dc_theirs',
    dataCollector: 'dc_collector_of_theirs',
    batch: 'theirs',
  };
  let hostQueryId: string;
  const existingFor = ({ template }: Operation) =>
    template.includes('/hostQueries/') ? { ...existing, id: hostQueryId } : existing;
  const nothing: Record<string, string> = {
    environment: 'nowhere',
    id: '00000000-0000-4000-8000-000000000000',
    email: 'nobody@nowhere.example',
    tokenId: '00000000-0000-4000-8000-000000000000',
    customField: 'dc_nothing',
    accessKeyId: 'nothing',
    dataCollector: 'dc_nothing',
    report: '00000000-0000-4000-8000-000000000000',
    endpoint: '00000000-0000-4000-8000-000000000000',
    delivery: '00000000-0000-4000-8000-000000000000',
    schedule: '00000000-0000-4000-8000-000000000000',
    sharedView: '00000000-0000-4000-8000-000000000000',
    batch: 'nothing',
    linkId: '00000000-0000-4000-8000-000000000000',
  };

  beforeAll(async () => {
    system = await sharedSystem('worker');
    existing['organization'] = system.organization;
    existing['email'] = system.email;
    stranger = await system.createTenant({ role: 'administrator' });
    await system.client.request('/customFields', {
      method: 'POST',
      body: '{"name":"dc_theirs","type":"STRING"}',
    });
    await system.client.request('/facts/api', {
      method: 'POST',
      headers: { 'Idempotency-Key': 'theirs' },
      body: '{"timestamp":"2026-01-01T00:00:00Z","apiproxy":"proxy-of-theirs"}',
    });
    await storeRecords('instruments.uses', {
      ...{ id: 'use', equipment: 'instrument-of-theirs', user_id: 'user' },
      ...{ started_at: '2026-01-01T12:00:00Z', seconds: 60 },
    });
    await storeRecords('orders.orders', {
      ...{ no: 'order-of-theirs', product_id: 1, count: 1, total_price: 1, buy_user_id: 1 },
      ...{ create_time: '2026-01-01T12:00:00Z', update_time: '2026-01-01T12:00:00Z' },
    });
    await storeRecords('consumption.customers', { id: 'customer-of-theirs', name: 'Theirs' });
    await storeRecords('consumption.subscriptions', subscription('A-1', 'customer-of-theirs'));
    const accessKey = await system.client.request('/accessKeys', { method: 'POST', body: '{}' });
    existing['accessKeyId'] = createdAccessKey.parse(await accessKey.json()).accesskeyId;
    existing['id'] = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'last60minutes' });
    await system.client.ended(existing['id']);
    existing['tokenId'] = await tokenIdOfAcme();
    existing['linkId'] = await linkIdOf(existing['id']);
    existing['report'] = await newReport();
    existing['endpoint'] = await newEndpoint();
    existing['delivery'] = await deliveryOf(existing['endpoint']);
    existing['schedule'] = await newSchedule(existing['report']);
    existing['sharedView'] = await newSharedView(existing['id']);
    await fetch(`${system.url}/v1/organizations/${system.organization}/datacollectors`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: '{"name":"dc_collector_of_theirs","type":"STRING"}',
    });
    hostQueryId = await completedHostQuery();
    if (!isStripped) return;
    proxy = await startRewritingProxy(system.databaseUrl, (sql) => remover.remove(sql));
    system = { ...system, url: await system.startApi({ DATABASE_URL: proxy.url }) };
  });
  afterAll(async () => {
    await system.stop();
    proxy?.close();
  });
  test('returns the same bytes for ids of another organization as for unknown ids', async () => {
    const operations = guardedOperations();
    expect(operations.length).toBeGreaterThan(10);
    const wrong: unknown[] = [];
    for (const operation of operations) {
      const ids: Record<string, string> = existingFor(operation);
      const foreign = await call(operation, ids, stranger.token);
      const none = await call(operation, { ...ids, organization: 'none' }, stranger.token);
      if (foreign.status !== 404 || masked(foreign.body, system.organization) !== masked(none.body, 'none')) {
        wrong.push({ operation, foreign, none });
      }
      // Foreign ids below the stranger's own organization.
      for (const name of namesIn(operation.template)) {
        if (name === 'organization' || nothing[name] === undefined) continue;
        // The owner of the ids has an environment of this name, the stranger has not.
        const environment = name === 'environment' ? 'test' : 'prod';
        const own: Record<string, string> = { ...ids, organization: stranger.organization, environment };
        const theirs = await call(operation, own, stranger.token);
        const nobodys = await call(operation, { ...own, [name]: nothing[name] }, stranger.token);
        const same = theirs.body.replaceAll(own[name] ?? '', nothing[name]) === nobodys.body;
        if (theirs.status !== 404 || !same) wrong.push({ operation, name, theirs, nobodys });
      }
    }
    expect(wrong).toEqual([]);
  });

  test('serves its own organization, so that the 404 of others is meaningful', async () => {
    for (const operation of guardedOperations().filter(({ method }) => method === 'get')) {
      const own = await call(operation, existingFor(operation), system.token);
      expect([operation.method, operation.template, own.status]).not.toContain(404);
    }
  });

  test('shows nothing of another organization below its own', async () => {
    // Names that both organizations have.
    const { environment: _, dataset: __, dimensions: ___, ...theirs } = existing;
    const marks = [
      ...Object.values({ ...theirs, hostQueryId }),
      'proxy-of-theirs',
      'report-of-theirs',
      'endpoint-of-theirs',
      'schedule-of-theirs',
      'view-of-theirs',
      'order-of-theirs',
      'customer-of-theirs',
      'instrument-of-theirs',
    ];
    const own = { ...existing, ...nothing, organization: stranger.organization, environment: 'prod' };
    const shown: unknown[] = [];
    const statuses: number[] = [];
    for (const operation of guardedOperations().filter(({ method }) => method === 'get')) {
      const { status, body } = await call(operation, own, stranger.token);
      statuses.push(status);
      const foreign = marks.filter((mark) => body.includes(mark));
      if (foreign.length > 0) shown.push({ operation, foreign, body });
    }
    expect(shown).toEqual([]);
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(10);
    // Each of the conditions was removed from a statement.
    const removed = [...remover.removed.keys()].toSorted();
    expect(removed).toEqual(isStripped ? conditionNames.toSorted() : []);
  });

  describe('with a token bound to an environment', () => {
    /** Paths without an environment, which serve that of the token. */
    const ofEveryEnvironment = [
      '/dashboard',
      '/charts',
      '/v1/keystone/customer/consumption-details',
      '/v1/keystone/customer/historical-consumption-details',
    ];
    const outside = () =>
      operationsOf(system).filter(({ template }) => !ofEveryEnvironment.includes(template));
    const isBelow = ({ template }: Operation) => template.includes('{environment}');

    test('treats another environment like an unknown one, and serves nothing above environments', async () => {
      const token = await newToken({ environment: 'test' });
      const before = await everythingOf(system.organization);
      const wrong: unknown[] = [];
      for (const operation of outside()) {
        const ids = existingFor(operation);
        const answer = await call(operation, ids, token);
        if (isBelow(operation)) {
          const none = await call(operation, { ...ids, environment: 'none' }, token);
          const same = masked(answer.body, 'prod') === masked(none.body, 'none');
          if (answer.status !== 404 || !same) wrong.push({ operation, answer, none });
        } else if (answer.status !== 403 || codeOf(answer.body) !== 'auth.environment') {
          wrong.push({ operation, answer });
        }
      }
      expect(wrong).toEqual([]);
      // In particular no token: one without an environment would lift the restriction.
      expect(await everythingOf(system.organization)).toEqual(before);
    });

    test('serves that environment, so that the refusals of others are meaningful', async () => {
      const token = await newToken({ environment: 'prod' });
      const inside = operationsOf(system).filter(
        (operation) => operation.method === 'get' && isBelow(operation),
      );
      expect(inside.length).toBeGreaterThan(5);
      for (const operation of inside) {
        const own = await call(operation, existingFor(operation), token);
        expect([operation.template, own.status]).not.toContain(404);
        expect([operation.template, own.status]).not.toContain(403);
      }
    });

    test('also bound to customers, serves nothing that is not restricted to customers', async () => {
      const token = await newToken({ environment: 'prod', customers: ['c1'] });
      const wrong: unknown[] = [];
      for (const operation of operationsOf(system)) {
        if (operation.template.startsWith('/v1/keystone/')) continue;
        const answer = await call(operation, existingFor(operation), token);
        if (answer.status !== 403) wrong.push({ operation, answer });
      }
      expect(wrong).toEqual([]);
    });
  });

  /** Creates a token with all scopes and this binding. */
  async function newToken(binding: object): Promise<string> {
    const response = await fetch(`${system.url}/v1/organizations/${system.organization}/tokens`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ scopes: ['read', 'submit', 'ingest', 'admin'], ...binding }),
    });
    return createdToken.parse(await response.json()).token;
  }

  /** Reads everything that administrators manage. */
  /** Without the times of last use, which the API writes once a minute. */
  async function everythingOf(organization: string): Promise<unknown[]> {
    const headers = { Authorization: `Bearer ${system.token}` };
    const paths = ['', '/users', '/tokens', '/environments', '/exchangeRates', '/reports?expand=true'];
    const answers = paths.map((path) =>
      fetch(`${system.url}/v1/organizations/${organization}${path}`, { headers }),
    );
    const texts = await Promise.all((await Promise.all(answers)).map((answer) => answer.text()));
    return texts.map((text): unknown =>
      JSON.parse(text, (name, value: unknown) =>
        name === 'lastUsed' || name === 'lastViewedAt' ? undefined : value,
      ),
    );
  }

  async function storeRecords(set: string, record: object): Promise<void> {
    const body = JSON.stringify(record);
    const response = await system.client.request(`/facts/${set}`, { method: 'POST', body });
    expect(response.status).toBe(201);
  }

  async function tokenIdOfAcme(): Promise<string> {
    const response = await fetch(`${system.url}/v1/organizations/${system.organization}/tokens`, {
      headers: { Authorization: `Bearer ${system.token}` },
    });
    const [token] = tokenList.parse(await response.json()).tokens;
    if (token === undefined) throw new Error('the organization has no token');
    return token.id;
  }

  async function newReport(): Promise<string> {
    const response = await fetch(`${system.url}/v1/organizations/${system.organization}/reports`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: '{"displayName":"report-of-theirs","dimensions":["apiproxy"]}',
    });
    return savedReport.parse(await response.json()).name;
  }

  /** Its name is that of this machine, which is refused when a worker connects. */
  async function newEndpoint(): Promise<string> {
    const body = JSON.stringify({ url: 'https://localhost/', description: 'endpoint-of-theirs' });
    const response = await system.client.request('/webhookEndpoints', { method: 'POST', body });
    return webhookEndpointWithSecret.parse(await response.json()).id;
  }

  async function deliveryOf(endpoint: string): Promise<string> {
    const response = await system.client.request(`/webhookEndpoints/${endpoint}:test`, { method: 'POST' });
    return deliveryView.parse(await response.json()).id;
  }

  async function newSchedule(report: string): Promise<string> {
    const response = await system.client.request('/schedules', {
      method: 'POST',
      body: JSON.stringify({
        ...{ displayName: 'schedule-of-theirs', report, cron: '0 0 29 2 *' },
        overrides: { timeRange: 'lastWeek' },
      }),
    });
    return schedule.parse(await response.json()).id;
  }

  async function newSharedView(query: string): Promise<string> {
    const body = JSON.stringify({ query, title: 'view-of-theirs' });
    const response = await system.client.request('/sharedViews', { method: 'POST', body });
    return createdSharedView.parse(await response.json()).id;
  }

  async function linkIdOf(queryId: string): Promise<string> {
    const response = await system.client.request(`/queries/${queryId}/resulturl`);
    const [link] = resultUrls.parse(await response.json()).urls;
    return new URL(link?.uri ?? '').searchParams.get('link') ?? '';
  }

  async function completedHostQuery(): Promise<string> {
    const envgroupHostname = `host.${system.organization}.example`;
    await system.client.request('/hostnames', {
      method: 'PUT',
      body: JSON.stringify({ hostnames: [envgroupHostname] }),
    });
    const url = `${system.url}/v1/organizations/${system.organization}/hostQueries`;
    const headers = { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' };
    const body = JSON.stringify({ dimensions: ['apiproxy'], timeRange: 'last60minutes', envgroupHostname });
    const submitted = queryStatus.parse(await (await fetch(url, { method: 'POST', headers, body })).json());
    const id = submitted.self.slice(submitted.self.lastIndexOf('/') + 1);
    return eventually('the host query completes', async () => {
      const { state } = queryStatus.parse(await (await fetch(`${url}/${id}`, { headers })).json());
      return state === 'completed' ? id : null;
    });
  }

  /** Required once the environment is known. */
  const planned = ['select', 'timeRange', 'equipment', 'resource', 'time', 'unit'];
  /** Values of required query parameters: without them a request ends before its ids are read. */
  const required: Readonly<Record<string, string>> = {
    select: 'sum(message_count)',
    timeRange: '01/01/2026 00:00~01/02/2026 00:00',
    from: '2026-01-01T00:00:00Z',
    to: '2026-01-02T00:00:00Z',
    equipment: 'instrument-of-theirs',
    resource: 'record',
    time: '["bt","2026-01-01 00:00:00","2026-01-02 00:00:00"]',
    unit: 'day',
    type: 'customer',
    id: 'customer-of-theirs',
    from_date_utc: '2026-01-01',
    to_date_utc: '2026-01-02',
  };

  interface Operation {
    readonly method: string;
    readonly template: string;
    readonly query: string;
    readonly example: unknown;
  }

  function guardedOperations(): Operation[] {
    return operationsOf(system).filter(({ template }) => template.includes('{organization}'));
  }

  function operationsOf({ document }: TestSystem): Operation[] {
    return Object.entries(document.paths).flatMap(([template, methods]) =>
      Object.entries(methods).flatMap(([method, { security = [], parameters, requestBody }]) => {
        if (security.length === 0) return [];
        const query = parameters
          .filter(
            ({ name, required: isRequired, ...parameter }) =>
              parameter.in === 'query' && (isRequired || planned.includes(name)),
          )
          .map(({ name }) => `${name}=${required[name] ?? ''}`);
        const example = requestBody?.content['application/json']?.example;
        return [{ method, template, query: query.join('&'), example }];
      }),
    );
  }

  async function call(
    { method, template, query, example }: Operation,
    ids: Record<string, string>,
    token: string,
  ) {
    const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
      const id = ids[name];
      if (id === undefined)
        throw new Error(`add an existing id for the path parameter "${name}" to this test`);
      return encodeURIComponent(id);
    });
    // fetch cannot send a body with a GET, which a contract may have.
    const sent = example !== undefined && method !== 'get';
    const response = await fetch(`${system.url}${path}?${query}`, {
      method: method.toUpperCase(),
      headers: { Authorization: `Bearer ${token}`, ...(sent ? { 'Content-Type': 'application/json' } : {}) },
      ...(sent ? { body: JSON.stringify(example) } : {}),
    });
    return { status: response.status, body: await bodyOf(response) };
  }

  /** A stream of events does not end: the body is what it sends before it waits. */
  async function bodyOf(response: Response): Promise<string> {
    if (response.headers.get('content-type')?.startsWith('text/event-stream') !== true)
      return response.text();
    let text = '';
    for await (const bytes of response.body ?? []) {
      text += Buffer.from(bytes).toString();
      if (/^id: .*\n\n$/ms.test(text)) break;
    }
    return text;
  }

  function codeOf(body: string): string {
    return errorBody.parse(JSON.parse(body)).code;
  }

  function namesIn(template: string): string[] {
    return [...template.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  }

  function masked(body: string, organization: string): string {
    return body
      .replaceAll(`"${organization}"`, '"…"')
      .replaceAll(String.raw`\"${organization}\"`, String.raw`\"…\"`);
  }
});
