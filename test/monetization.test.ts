import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, mintCriteriaBody, queryList, queryStatus } from '@hourglass/contract';
import {
  readArchive,
  sharedSystem,
  temporaryFolder,
  type ContractClient,
  type TestSystem,
  type TemporaryFolder,
} from '@hourglass/testing';
import { readSeedPage, type Quotation } from './seed-page.ts';
import { runCli } from './run-cli.ts';

/** The page's request of a monetization report, with the line at which it begins. */
const example: Quotation<object> = {
  line: 550,
  quoted: {
    fromDate: '2017-06-01 00:00:00',
    toDate: '2017-06-30 00:00:00',
    productIds: ['a_product'],
    devCriteria: [{ id: 'AbstTzpnZZMEDwjc', orgId: 'myorg' }],
  },
};

const page = readSeedPage();

describe.skipIf(page === null)('the page itself', () => {
  test('has exactly the monetization request of this test, at the quoted line', () => {
    expect(page?.monetization).toEqual(example);
  });
});

const one = { developer: 'One', developerId: 'AbstTzpnZZMEDwjc', developerEmail: 'one@dev.example' };
const two = { developer: 'Two', developerId: 'RtHAeZ6LtkSbEH56', developerEmail: 'two@dev.example' };
const product = { product: 'A product', productId: 'a_product' };
const maps = { pkgName: 'Maps', pkgId: 'maps' };

/** June 2017: small enough to check by hand. */
const transactions = [
  {
    ...{ timestamp: '2017-06-01T00:00:00Z', id: 't1', type: 'CHARGE', status: 'SUCCESS', ...one, ...product },
    ...{ ...maps, ratePlanName: 'Standard', ratePlanId: 'standard', ratePlanLevel: 'STANDARD' },
    ...{ application: 'App', applicationId: 'app1', currency: 'USD', rate: 10.5, revenueShareAmount: 2.1 },
    ...{ txProviderStatus: 'OK', providerTxId: 'p1', utcStartTime: '2017-06-01T00:00:00Z', batchSize: 5 },
    ...{ pricingType: 'REVSHARE', isVirtualCurrency: false, euroExchangeRate: 0.899_123_456_7 },
  },
  {
    ...{ timestamp: '2017-06-15T12:00:00Z', id: 't2', type: 'REFUND', status: 'SUCCESS', ...one, ...maps },
    ...{ developerOrgId: 'myorg', productId: 'myorg@@@a_product', currency: 'USD', rate: -4.25 },
  },
  {
    ...{ timestamp: '2017-06-29T23:59:59.999Z', id: 't3', type: 'CHARGE', status: 'REVIEW', ...one },
    ...{ ...product, currency: 'EUR', rate: 0.123_457 },
  },
  // Outside of the range, another organization's developer, another product, another developer.
  {
    timestamp: '2017-06-30T00:00:00Z',
    id: 't4',
    type: 'CHARGE',
    ...one,
    ...product,
    currency: 'USD',
    rate: 99,
  },
  {
    ...{ timestamp: '2017-06-02T00:00:00Z', id: 't5', type: 'CHARGE', status: 'FAILED', ...one, ...product },
    ...{ developerOrgId: 'other', currency: 'USD', rate: 1 },
  },
  {
    ...{ timestamp: '2017-06-03T00:00:00Z', id: 't6', type: 'CHARGE', status: 'SUCCESS', ...one },
    ...{ productId: 'b_product', currency: 'USD', rate: 2 },
  },
  {
    ...{ timestamp: '2017-06-04T00:00:00Z', id: 't7', type: 'CHARGE', status: 'SUCCESS', ...two, ...product },
    ...{ currency: 'JPY', rate: 1000, ratePlanLevel: 'DEVELOPER' },
  },
];

const june = { fromDate: '2017-06-01', toDate: '2017-06-30' };

describe('monetization', () => {
  let system: TestSystem;
  let folder: TemporaryFolder;
  let client: ContractClient;
  beforeAll(async () => {
    [system, folder] = await Promise.all([
      // The organization of the page.
      sharedSystem('worker', { organization: 'myorg' }),
      temporaryFolder(),
    ]);
    client = system.clientOf('myorg', 'prod');
    const body = transactions.map((fact) => JSON.stringify(fact)).join('\n');
    const stored = await client.request('/facts/mint', { method: 'POST', body });
    expect([stored.status, await stored.text()]).toEqual([201, expect.stringContaining('"accepted":7')]);
  });
  afterAll(async () => {
    await system.stop();
    await folder.remove();
  });

  const post = (criteria: unknown, target = '/v1/mint/organizations/myorg/async-reports') =>
    fetch(`${system.url}${target}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(criteria),
    });
  async function submitted(criteria: object, target?: string): Promise<string> {
    const response = await post(criteria, target);
    const text = await response.text();
    if (response.status !== 201) throw new Error(`not submitted: ${response.status} ${text}`);
    return queryStatus.parse(JSON.parse(text)).self.split('/').at(-1) ?? '';
  }
  async function report(criteria: object): Promise<Record<string, unknown>[]> {
    const id = await submitted(criteria);
    const { state, error } = await client.ended(id);
    expect([state, error]).toEqual(['completed', undefined]);
    const parts = await readArchive(await client.archive(id));
    const lines = parts.flatMap(({ text }) => text.split('\n').filter((line) => line !== ''));
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
  const ids = async (criteria: object) => (await report({ ...june, ...criteria })).map(({ id }) => id);
  async function faults(criteria: object): Promise<string[]> {
    const response = await post(criteria);
    expect(response.status).toBe(400);
    const { error } = errorBody.parse(await response.json());
    return error.details.flatMap(({ fieldViolations }) => fieldViolations.map(({ field }) => field));
  }
  const putRates = (rates: unknown) =>
    fetch(`${system.url}/v1/organizations/myorg/exchangeRates`, {
      method: 'PUT',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json' },
      body: JSON.stringify(rates),
    });

  test('the request of the page returns all transactions of the product and developer, with all columns', async () => {
    const rows = await report(example.quoted);
    expect(rows.map(({ id }) => id)).toEqual(['t1', 't2', 't3']);
    expect(Object.entries(rows[0] ?? {})).toEqual([
      ['rate', 10.5],
      ['batchSize', '5'],
      ['pkgName', 'Maps'],
      ['pkgId', 'maps'],
      ['ratePlanName', 'Standard'],
      ['ratePlanId', 'standard'],
      ['product', 'A product'],
      ['productId', 'a_product'],
      ['developer', 'One'],
      ['developerId', 'AbstTzpnZZMEDwjc'],
      ['application', 'App'],
      ['applicationId', 'app1'],
      ['currency', 'USD'],
      ['type', 'CHARGE'],
      ['txProviderStatus', 'OK'],
      ['id', 't1'],
      ['providerTxId', 'p1'],
      ['utcStartTime', '2017-06-01 00:00:00.000 UTC'],
      ['utcEndTime', '(not set)'],
      ['timestamp', '2017-06-01 00:00:00.000 UTC'],
    ]);
  });

  test('each criterion selects its transactions, under each of its names in the contract', async () => {
    expect(await ids({})).toEqual(['t1', 't5', 't6', 't7', 't2', 't3']);
    expect(await ids({ appCriteria: [{ id: 'app1', orgId: 'myorg' }] })).toEqual(['t1']);
    expect(await ids({ devCriteria: [{ id: 'two@dev.example' }] })).toEqual(['t7']);
    expect(await ids({ devCriteria: [{ id: one.developerId, orgId: 'other' }] })).toEqual(['t5']);
    expect(await ids({ currCriteria: [{ id: 'jpy' }] })).toEqual(['t7']);
    for (const packages of [
      { monetizationPackageIds: ['maps'] },
      { monetizationPakageIds: ['maps'] },
      { pkgCriteria: [{ id: 'maps' }] },
    ])
      expect(await ids(packages)).toEqual(['t1', 't2']);
    expect(await ids({ productIds: ['b_product'] })).toEqual(['t6']);
    expect(await ids({ prodCriteria: [{ id: 'a_product', orgId: 'myorg' }] })).toEqual([
      ...['t1', 't5', 't7', 't2', 't3'],
    ]);
    expect(await ids({ ratePlanLevels: ['DEVELOPER'] })).toEqual(['t7']);
    expect(await ids({ pricingTypes: ['REVSHARE'] })).toEqual(['t1']);
    expect(await ids({ transactionStatus: ['REVIEW', 'FAILED'] })).toEqual(['t5', 't3']);
    expect(await ids({ transactionTypes: ['REFUND'] })).toEqual(['t2']);
    const month = { billingMonth: 'JUNE', billingYear: '2017', transactionTypes: ['CHARGE'] };
    expect((await report(month)).map(({ id }) => id)).toEqual(['t1', 't5', 't6', 't7', 't3', 't4']);
  });

  test('a summary in LOCAL never adds amounts of different currencies', async () => {
    const nothing = { netAmount: null, taxAmount: null };
    expect(await report({ ...june, groupBy: ['DEVELOPER'], showRevSharePct: true })).toEqual([
      {
        ...{ transactionCount: '1', rate: 0.123457, revenueShareAmount: null, revSharePct: null, ...nothing },
        ...{ developer: 'One', developerId: one.developerId, currency: 'EUR' },
      },
      {
        // 10.5 - 4.25 + 1 + 2; the developer's share is 2.1.
        ...{
          transactionCount: '4',
          rate: 9.25,
          revenueShareAmount: 2.1,
          revSharePct: 210 / 9.25,
          ...nothing,
        },
        ...{ developer: 'One', developerId: one.developerId, currency: 'USD' },
      },
      {
        ...{ transactionCount: '1', rate: 1000, revenueShareAmount: null, revSharePct: null, ...nothing },
        ...{ developer: 'Two', developerId: two.developerId, currency: 'JPY' },
      },
    ]);
  });

  test('rates are imported from CSV and NDJSON, also repeatedly, and faults name the line', async () => {
    const csv = path.join(folder.path, 'rates.csv');
    const ndjson = path.join(folder.path, 'rates.ndjson');
    const cli = (...args: string[]) => runCli(system, 'admin', 'exchange-rate', ...args, '--org', 'myorg');
    await writeFile(
      csv,
      'day,currency,targetCurrency,rate\n2017-06-01,USD,EUR,0.9\n2017-06-15,USD,EUR,0.8\n',
    );
    await writeFile(ndjson, '{"day":"2017-05-28","currency":"USD","targetCurrency":"EUR","rate":0.7}\n');
    expect(await cli('import', csv)).toEqual({ code: 0, output: 'stored 2 exchange rates' });
    expect(await cli('import', csv)).toEqual({ code: 0, output: 'stored 2 exchange rates' });
    expect(await cli('import', ndjson)).toEqual({ code: 0, output: 'stored 1 exchange rate' });
    expect((await cli('list')).output).toBe(
      '2017-06-15  1 USD = 0.8 EUR\n2017-06-01  1 USD = 0.9 EUR\n2017-05-28  1 USD = 0.7 EUR',
    );
    expect((await cli('list', '--day', '2017-06-01', '--currency', 'USD', '--target', 'EUR')).output).toBe(
      '2017-06-01  1 USD = 0.9 EUR',
    );
    await writeFile(csv, 'day,currency,targetCurrency,rate\n2017-06-01,USD,EUR,0.9\n2017-06-31,usd,EUR,-1\n');
    const refused = await cli('import', csv);
    expect(refused.code).toBe(1);
    for (const fault of ['nothing was stored', 'line 3, day', 'line 3, currency', 'line 3, rate'])
      expect(refused.output).toContain(fault);
  });

  test('EUR converts each amount at the rate of its day and keeps amounts in EUR', async () => {
    const groups = await report({ ...example.quoted, currencyOption: 'EUR', groupBy: ['PRODUCT'] });
    expect(
      groups.map(({ transactionCount, rate, currency, productId }) => [
        ...[transactionCount, rate, currency, productId],
      ]),
    ).toEqual([
      // -4.25 × 0.8
      ['1', -3.4, 'EUR', 'myorg@@@a_product'],
      // 10.5 × 0.9 + 0.123457
      ['2', 9.573457, 'EUR', 'a_product'],
    ]);
    const details = await report({ ...example.quoted, currencyOption: 'EUR' });
    expect(details.map(({ id, rate, currency }) => [id, rate, currency])).toEqual([
      ['t1', 9.45, 'EUR'],
      ['t2', -3.4, 'EUR'],
      ['t3', 0.123457, 'EUR'],
    ]);
  });

  test('a day without a rate takes the latest rate of the 7 days before it', async () => {
    await putRates([{ day: '2017-05-27', currency: 'USD', targetCurrency: 'GBP', rate: '0.5' }]);
    for (const currencyOption of ['GPB', 'GBP']) {
      const [row] = await report({ ...june, currencyOption, productIds: ['b_product'] });
      // 2017-06-03 is exactly 7 days later.
      expect([row?.['rate'], row?.['currency']]).toEqual([1, 'GBP']);
    }
  });

  test('without a rate the query fails immediately with the currency and day, and returns no amounts', async () => {
    const id = await submitted({ ...june, currencyOption: 'EUR', showSummary: true });
    const { state, error } = await client.ended(id);
    expect([state, error]).toEqual([
      'failed',
      'No exchange rate from JPY to EUR for 2017-06-04 or the 7 days before it; store one and submit the report again',
    ]);
    // A report that does not need this rate completes.
    expect(await ids({ currencyOption: 'EUR', devCriteria: [{ id: one.developerId }] })).toHaveLength(5);
  });

  test('a report is a query: status, list, result, short path, environment, limits', async () => {
    const response = await post(june, '/v1/mint/o/myorg/async-reports?environment=prod');
    const status = queryStatus.parse(await response.json());
    expect([response.status, status.state, status.error]).toEqual([201, 'enqueued', 'false']);
    expect(status.self).toMatch(/^\/organizations\/myorg\/environments\/prod\/queries\/[0-9a-f-]{36}$/);
    for (const header of ['RateLimit', 'RateLimit-Policy', 'X-RateLimit-Remaining'])
      expect(response.headers.get(header)).toMatch(/\d/);
    const list = async (dataset: string) =>
      queryList.parse(await (await client.request(`/queries?dataset=${dataset}`)).json()).queries;
    expect((await list('mint')).map(({ self }) => self)).toContain(status.self);
    expect(await list('api')).toEqual([]);
    const missing = await post(june, '/v1/mint/organizations/myorg/async-reports?environment=nowhere');
    expect([missing.status, errorBody.parse(await missing.json()).code]).toEqual([
      404,
      'environment.not_found',
    ]);
    const inTest = await post(june, '/v1/mint/organizations/myorg/async-reports?environment=test');
    expect(queryStatus.parse(await inTest.json()).self).toContain('/environments/test/');
    const nul = await post(june, '/v1/mint/organizations/myorg/async-reports?environment=a%00b');
    expect(nul.status).toBe(400);
    const foreign = await post(june, '/v1/mint/organizations/other/async-reports');
    expect([foreign.status, errorBody.parse(await foreign.json()).code]).toEqual([
      404,
      'organization.not_found',
    ]);
  });

  test('a criterion of a wrong type is a 400 that names it, and so is an unknown one', async () => {
    for (const field of Object.keys(mintCriteriaBody.shape)) {
      // No criterion is an object, and none may be null.
      expect(await faults({ ...june, [field]: {} })).toEqual([field]);
      expect(await faults({ ...june, [field]: null })).toEqual([field]);
    }
    expect(await faults({ ...june, devCriteria: [{ orgId: 'myorg' }] })).toEqual(['devCriteria[0].id']);
    expect(await faults({ ...june, devCriteria: [{ id: 'a', org: 'b' }] })).toEqual(['devCriteria[0].org']);
    expect(await faults({ ...june, productIds: [1] })).toEqual(['productIds[0]']);
    expect(await faults({ ...june, monetisationPackageIds: ['maps'] })).toEqual(['monetisationPackageIds']);
    expect(await faults({})).toEqual(['fromDate', 'toDate']);
    expect(await faults({ ...june, transactionTypes: ['CHARG'], currencyOption: 'CHF' })).toEqual([
      'transactionTypes[0]',
      'currencyOption',
    ]);
    expect(await faults({ ...june, prevFromDate: '2017-05-01' })).toEqual(['prevFromDate']);
  });

  test('custom attributes are custom fields of the dataset', async () => {
    expect(await faults({ ...june, devCustomAttributes: ['region'] })).toEqual(['devCustomAttributes[0]']);
    const declared = await client.request('/customFields', {
      method: 'POST',
      body: '{"name":"region","type":"STRING","dataset":"mint"}',
    });
    expect(declared.status).toBe(201);
    const fact = { timestamp: '2017-08-01T00:00:00Z', id: 't8', region: 'north', currency: 'USD', rate: 1 };
    await client.request('/facts/mint', { method: 'POST', body: JSON.stringify(fact) });
    const august = { fromDate: '2017-08-01', toDate: '2017-09-01' };
    const rows = await report({ ...august, transactionCustomAttributes: ['region'] });
    expect(rows.map(({ id, region }) => [id, region])).toEqual([['t8', 'north']]);
  });

  test('queries that name the dataset read the same facts', async () => {
    const query = {
      dataset: 'mint',
      metrics: [{ name: 'rate' }, { name: 'transactionCount' }],
      dimensions: ['currency'],
      filter: "developerEmail eq 'one@dev.example'",
      timeRange: { start: '2017-06-01T00:00:00Z', end: '2017-06-30T00:00:00Z' },
    };
    expect(await client.report(query)).toBe(
      '{"sum_rate":0.123457,"sum_transactionCount":"1","currency":"EUR"}\n' +
        '{"sum_rate":9.25,"sum_transactionCount":"4","currency":"USD"}\n',
    );
    const { status, body } = await client.refusal({ ...query, dataset: 'mints' });
    expect([status, body.message]).toEqual([400, expect.stringContaining('expected one of api, mint')]);
  });
});
