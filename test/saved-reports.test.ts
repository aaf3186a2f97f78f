import { randomUUID } from 'node:crypto';
import {
  createdToken,
  namedReport,
  savedReport,
  savedReportList,
  type SavedReportView,
} from '@hourglass/contract';
import { connectDatabase, sharedSystem, type TestTenant } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startAccounts, type AccountsSystem } from './accounts-system.ts';

let accounts: AccountsSystem;
let own: string;
beforeAll(async () => {
  accounts = await startAccounts(await sharedSystem('api'));
  own = `/${accounts.system.organization}/reports`;
});
afterAll(() => accounts.system.stop());

const definition = {
  displayName: 'Calls by proxy',
  metrics: [{ name: 'message_count', function: 'sum' }],
  dimensions: ['apiproxy'],
};

async function save(body: object, path = own): Promise<SavedReportView> {
  const { status, answer } = await accounts.call('POST', path, { body });
  expect([status, answer]).toEqual([200, answer]);
  return savedReport.parse(answer);
}

async function listed(query: string, path = own): Promise<unknown> {
  const { status, answer } = await accounts.call('GET', `${path}${query}`);
  expect(status).toBe(200);
  return savedReportList.parse(answer).qualifier;
}

const withAuthorization = ({ token }: Pick<TestTenant, 'token'>) => ({ authorization: `Bearer ${token}` });

describe('saved reports', () => {
  test('are saved, found by display name, changed and deleted by the name that the server makes, with the calls of Apigee clients', async () => {
    const sample = {
      name: 'tokens-consumption-report',
      displayName: 'Tokens Consumption Report',
      metrics: [
        { name: 'message_count', function: 'sum' },
        { name: 'total_response_time', function: 'avg' },
      ],
      dimensions: ['api_product', 'developer_app'],
      properties: [{ value: [{}] }],
      chartType: 'line',
    };
    const before = Date.now() - 60_000;
    const created = await save(sample);
    const { name, organization, createdAt, lastModifiedAt, lastViewedAt, ...kept } = created;
    const { name: _, ...sent } = sample;
    expect(kept).toEqual(sent);
    expect(name).toMatch(/^[0-9a-f-]{36}$/);
    expect(organization).toBe(accounts.system.organization);
    expect([lastModifiedAt, lastViewedAt]).toEqual([createdAt, createdAt]);
    expect(Number(createdAt)).toBeGreaterThan(before);
    expect(Number(createdAt)).toBeLessThan(Date.now() + 60_000);

    const names = namedReport.array().parse(await listed('?expand=false'));
    expect(names).toContainEqual({ name, displayName: sample.displayName });
    expect(await listed('')).toEqual(names);
    const whole = savedReport.array().parse(await listed('?expand=true'));
    expect(whole.find(({ displayName }) => displayName === sample.displayName)).toEqual(created);
    expect((await accounts.call('GET', `${own}/${name}`)).answer).toEqual(created);

    const changed = await accounts.call('PUT', `${own}/${name}`, {
      body: { ...created, displayName: 'Other', comments: ['twice'] },
    });
    expect([changed.status, changed.answer]).toMatchObject([
      200,
      { name, createdAt, displayName: 'Other', comments: ['twice'], chartType: 'line' },
    ]);
    expect(Number(savedReport.parse(changed.answer).lastModifiedAt)).toBeGreaterThanOrEqual(
      Number(createdAt),
    );

    const deleted = await accounts.call('DELETE', `${own}/${name}`);
    expect([deleted.status, deleted.answer]).toEqual([
      200,
      { message: `The saved report ${name} is deleted` },
    ]);
    for (const method of ['GET', 'DELETE']) {
      expect(await accounts.refusal(method, `${own}/${name}`)).toMatchObject({
        status: 404,
        code: 'report.not_found',
      });
    }
  });

  test('keep every member that consoles of Edge and Apigee X send, with numbers as strings', async () => {
    const exported = {
      ...definition,
      chartType: 'column',
      comments: [],
      createdAt: 1_450_000_000_000,
      createdBy: 'joe@acme.example',
      environment: '',
      filter: '',
      fromTime: 1_577_836_800_000,
      lastModifiedAt: '1450000000000',
      lastModifiedBy: 'joe@acme.example',
      lastViewedAt: 1_450_000_000_000,
      limit: '',
      name: 'e37c4e2f-0000-4000-8000-000000000000',
      offset: '',
      organization: 'somewhere else',
      properties: [
        { property: 'query', value: [{ name: 'a', value: 'b' }, {}] },
        { property: 'empty', value: [] },
        {},
      ],
      sortbyCols: ['sum(message_count)'],
      sortOrder: 'DESC',
      tags: ['Calls'],
      timeUnit: 'hour',
      toTime: '1577923200000',
      topk: 5,
    };
    const { name, organization, createdAt, lastModifiedAt, lastViewedAt, ...kept } = await save(exported);
    const { sortbyCols, ...others } = exported;
    const {
      createdBy: _,
      lastModifiedBy: __,
      environment: ___,
      ...expected
    } = {
      ...others,
      ...{ name, organization, createdAt, lastModifiedAt, lastViewedAt },
      ...{ sortByCols: sortbyCols, fromTime: '1577836800000', topk: '5' },
    };
    expect({ name, organization, createdAt, lastModifiedAt, lastViewedAt, ...kept }).toEqual(expected);
    expect(name).not.toBe(exported.name);
    expect(organization).toBe(accounts.system.organization);
    expect(Number(createdAt)).toBeGreaterThan(1_600_000_000_000);
  });

  test('may share a display name, and keep any text', async () => {
    const body = { ...definition, displayName: 'Same', comments: ['\0 \ud800 😀'], tags: ['"\\'] };
    const [one, other] = [await save(body), await save(body)];
    expect(one.name).not.toBe(other.name);
    expect((await accounts.call('GET', `${own}/${other.name}`)).answer).toMatchObject(body);
  });

  test('hold a query of Hourglass with all its words', async () => {
    const query = {
      metrics: [{ name: 'total_response_time', function: 'p95', alias: 'slow' }],
      dimensions: ['request_path'],
      orderBy: [{ column: 'slow', direction: 'desc' }],
      others: true,
      limit: 20,
      timeRange: 'lastMonth',
      timeZone: 'Europe/Warsaw',
      outputFormat: 'parquet',
    };
    const { name, displayName, query: kept } = await save({ displayName: 'Slow paths', query });
    expect([displayName, kept]).toEqual(['Slow paths', query]);
    const instruments = await save({ query: { dataset: 'consumption', dimensions: ['customer_id'] } });
    expect(instruments.displayName).toBeUndefined();
    expect(await listed('')).toContainEqual({ name: instruments.name });
    const replaced = await accounts.call('PUT', `${own}/${name}`, { body: definition });
    expect(replaced.answer).toMatchObject(definition);
    expect(savedReport.parse(replaced.answer).query).toBeUndefined();
  });

  const sorted = { ...definition, sortByCols: ['message_count'] };
  test.each<[fields: string[], body: unknown]>([
    [['metrics[0].name'], { ...definition, metrics: [{ name: 'mesage_count', function: 'sum' }] }],
    [['metrics[0].function'], { ...definition, metrics: [{ name: 'message_count', function: 'median' }] }],
    [
      ['metrics[0].name', 'dimensions[0]', 'filter'],
      { metrics: [{ name: 'x', function: 'sum' }], dimensions: ['y'], filter: 'z' },
    ],
    [['metrics[0].name'], { ...definition, metrics: [{ function: 'sum' }] }],
    [['metrics[0].alias'], { ...definition, metrics: [{ name: 'message_count', alias: 'n' }] }],
    [['metrics'], { ...definition, metrics: 'message_count' }],
    [['timeUnit'], { ...definition, timeUnit: 'hours' }],
    [['sortByCols[1]'], { ...sorted, sortByCols: ['message_count', 'nothing'] }],
    [['sortByCols[1]'], { ...sorted, sortByCols: ['message_count', 'sum(message_count)'] }],
    [['sortByCols'], { ...sorted, sortByCols: 'message_count' }],
    [['sortOrder'], { ...sorted, sortOrder: 'down' }],
    [['limit'], { ...definition, limit: '0' }],
    [['limit'], { ...definition, topk: '9999999999999999999' }],
    [['limit'], { ...definition, limit: '10000000000000000000' }],
    [['limit'], { ...definition, limit: '-1' }],
    [['topk'], { ...definition, topk: 1.5 }],
    [['offset'], { ...definition, offset: -1 }],
    [['fromTime'], { ...definition, fromTime: 'yesterday', toTime: '1577923200000' }],
    [['toTime'], { ...definition, fromTime: '1577836800000' }],
    [['fromTime'], { ...definition, fromTime: '1577836800000', toTime: '1577836800000' }],
    [['fromTime'], { ...definition, fromTime: -1, toTime: 1 }],
    [['displayName'], { ...definition, displayName: '' }],
    [['displayName'], { ...definition, displayName: 'two\nlines' }],
    [['displayName'], { ...definition, displayName: 7 }],
    [['comments[0]'], { ...definition, comments: [1] }],
    [['tags'], { ...definition, tags: {} }],
    [['properties[0].value[0].key'], { ...definition, properties: [{ value: [{ key: 'a' }] }] }],
    [['chartTyp'], { ...definition, chartTyp: 'line' }],
    [['environment'], { ...definition, environment: 'nowhere' }],
    [['metrics', 'dimensions'], { ...definition, query: { dimensions: ['apiproxy'] } }],
    [['limit'], { limit: '', query: { dimensions: ['apiproxy'] } }],
    [['query.dimensions[0]'], { query: { dimensions: ['apiprox'] } }],
    [['query.dataset'], { query: { dataset: 'apis', dimensions: ['apiproxy'] } }],
    [['query.timeRange'], { query: { dimensions: ['apiproxy'], timeRange: 'lastHour' } }],
    [
      ['query.timeRange.end'],
      { query: { dimensions: ['apiproxy'], timeRange: { start: '2026-01-01T00:00:00Z', end: 'x' } } },
    ],
    [['query.orderBy[0].column'], { query: { dimensions: ['apiproxy'], orderBy: [{ column: 'n' }] } }],
    [['query.timeZone'], { query: { dimensions: ['apiproxy'], timeZone: 'Europe/Nowhere' } }],
    [['query.name'], { query: { dimensions: ['apiproxy'], name: 'n' } }],
    [['query.limit'], { query: { dimensions: ['apiproxy'], limit: '5' } }],
    [['query'], { query: null }],
    [['body'], []],
  ])('are refused with a fault that names %j', async (fields, body) => {
    const refusal = await accounts.refusal('POST', own, { body });
    expect([refusal.status, refusal.code]).toEqual([400, 'request.invalid']);
    expect([refusal.message, refusal.faults.map(({ field }) => field)]).toEqual([refusal.message, fields]);
  });

  test('have bounded names and definitions', async () => {
    await save({ ...definition, displayName: 'n'.repeat(255) });
    expect(
      (await accounts.refusal('POST', own, { body: { ...definition, displayName: 'n'.repeat(256) } })).faults,
    ).toMatchObject([{ field: 'displayName' }]);
    const room = 16_384 - JSON.stringify({ ...definition, chartType: '' }).length;
    await save({ ...definition, chartType: 'c'.repeat(room) });
    const larger = { ...definition, chartType: 'c'.repeat(room + 1) };
    expect(await accounts.refusal('POST', own, { body: larger })).toMatchObject({
      status: 413,
      code: 'request.too_large',
    });
  });

  test('are at most 500 per organization, however many are saved at once', async () => {
    const { organization, token } = await accounts.system.createTenant();
    const database = await connectDatabase(accounts.system.databaseUrl);
    await database.sql(
      `insert into saved_reports (id, organization_id, definition)
       select gen_random_uuid(), o.id, '{}' from organizations o, generate_series(1, 498) where o.name = $1`,
      [organization],
    );
    await database.end();
    const path = `/${organization}/reports`;
    const as = withAuthorization({ token });
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => accounts.call('POST', path, { body: definition, ...as })),
    );
    expect(answers.map(({ status }) => String(status)).toSorted()).toEqual(['200', '200', '409', '409']);
    expect(await accounts.refusal('POST', path, { body: definition, ...as })).toMatchObject({
      code: 'account.limit',
      message: 'The organization already has 500 saved reports, the maximum',
    });
  });

  test('may name the custom fields of any environment, or only those of the environment that they name', async () => {
    const { organization } = accounts.system;
    await accounts.call('POST', `/${organization}/environments`, { body: { name: 'usage' } });
    await accounts.call('POST', `/${organization}/environments/usage/customFields`, {
      body: { name: 'dc_amount', type: 'INTEGER' },
    });
    const metrics = [{ name: 'dc_amount', function: 'sum' }];
    const inUsage = { metrics, environment: 'usage' };
    expect((await save({ metrics })).environment).toBeUndefined();
    expect((await save(inUsage)).environment).toBe('usage');
    for (const body of [
      { metrics, environment: 'prod' },
      { metrics: [{ name: 'dc_amounts', function: 'sum' }] },
    ]) {
      expect((await accounts.refusal('POST', own, { body })).faults).toMatchObject([
        { field: 'metrics[0].name' },
      ]);
    }
    // The faults are those of the environment with the fewest.
    const other = { metrics, dimensions: ['apiprox'] };
    expect((await accounts.refusal('POST', own, { body: other })).faults).toMatchObject([
      { field: 'dimensions[0]' },
    ]);
  });

  test('are saved with the scope submit and read with the scope read, not with a token of one environment', async () => {
    const { organization } = accounts.system;
    const { name } = await save(definition);
    const member = await accounts.addUser(`member@${organization}.example`);
    const byMember = await accounts.call('POST', own, { body: definition, authorization: member });
    expect(byMember.status).toBe(200);
    const tokenWith = async (body: object) => {
      const { answer } = await accounts.call('POST', `/${organization}/tokens`, { body });
      return withAuthorization(createdToken.parse(answer));
    };
    const reader = await tokenWith({ scopes: ['read'] });
    for (const path of [own, `${own}/${name}`]) {
      expect((await accounts.call('GET', path, reader)).status).toBe(200);
    }
    const bound = await tokenWith({ scopes: ['read', 'submit', 'admin'], environment: 'prod' });
    for (const [method, path] of [
      ['POST', own],
      ['PUT', `${own}/${name}`],
      ['DELETE', `${own}/${name}`],
    ] as const) {
      const body = method === 'DELETE' ? {} : { body: definition };
      expect(await accounts.refusal(method, path, { ...body, ...reader })).toMatchObject({
        status: 403,
        code: 'auth.scope',
      });
      expect(await accounts.refusal(method, path, { ...body, ...bound })).toMatchObject({
        status: 403,
        code: 'auth.environment',
      });
    }
  });

  test('of another organization are unknown', async () => {
    const { name } = await save(definition);
    const { organization, ...other } = accounts.other;
    const theirs = `/${organization}/reports`;
    const as = withAuthorization(other);
    for (const id of [name, name.toUpperCase(), randomUUID(), 'Calls by proxy', '%00']) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const body = method === 'PUT' ? { body: definition } : {};
        expect(
          await accounts.refusal(method, `${theirs}/${encodeURIComponent(id)}`, { ...body, ...as }),
        ).toMatchObject({
          status: 404,
          code: 'report.not_found',
        });
      }
    }
    expect((await accounts.call('GET', `${theirs}?expand=true`, as)).answer).toEqual({ qualifier: [] });
    expect((await accounts.call('GET', `${own}/${name.toUpperCase()}`)).status).toBe(200);
  });

  test('are one of several definitions that replace them at once, whole, and never return after their deletion', async () => {
    const { name } = await save(definition);
    const path = `${own}/${name}`;
    const definitions = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => ({
      ...definition,
      displayName: letter,
      tags: [letter],
    }));
    const replace = () => definitions.map((body) => accounts.call('PUT', path, { body }));
    expect((await Promise.all(replace())).map(({ status }) => status)).toEqual(definitions.map(() => 200));
    const { displayName = '', tags } = savedReport.parse((await accounts.call('GET', path)).answer);
    expect(tags).toEqual([displayName]);
    const [deleted, ...answers] = await Promise.all([accounts.call('DELETE', path), ...replace()]);
    expect(deleted.status).toBe(200);
    for (const { status } of answers) expect([200, 404]).toContain(status);
    expect((await accounts.call('GET', path)).status).toBe(404);
  });
});
