import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readArchive, sharedSystem, type TestSystem } from '@hourglass/testing';
import { filtersBesidesTheTable, filterTable, filterTableFacts } from './seed-filter-table.ts';
import { readSeedPage, seedFile, type Quotation } from './seed-page.ts';

const byMinute = { dimensions: ['apiproxy'], groupByTimeUnit: 'minute', limit: 1000 };
const calls = { name: 'message_count', function: 'sum' };
const november = { start: '2018-11-01T11:00:00Z', end: '2018-11-30T11:00:00Z' };
const responseTimes = {
  ...byMinute,
  metrics: [calls, { name: 'total_response_time', function: 'avg', alias: 'average_response_time' }],
  timeRange: november,
};

/** The bodies of queries on the page, with the lines at which they begin. */
const queries = {
  first: quotation(55, {
    metrics: [{ ...calls, alias: 'sum_txn' }],
    dimensions: ['apiproxy'],
    timeRange: 'last24hours',
    limit: 14400,
    filter: '(message_count ge 0)',
  }),
  example1: quotation(331, { ...byMinute, metrics: [calls], timeRange: 'last60minutes' }),
  example2: quotation(359, responseTimes),
  example3: quotation(395, {
    ...byMinute,
    metrics: [{ name: 'tpm' }],
    timeRange: { start: '2018-07-01T11:00:00Z', end: '2018-07-30T11:00:00Z' },
  }),
  example4: quotation(436, {
    ...responseTimes,
    filter: "(apiproxy ne 'proxy_1') and (apiproxy ne 'proxy_2')",
  }),
  example5: quotation(473, {
    ...byMinute,
    metrics: [{ ...calls, operator: '/', value: '7' }],
    limit: 10,
    timeRange: 'last60minutes',
  }),
};

function quotation<Quoted>(line: number, quoted: Quoted): Quotation<Quoted> {
  return { line, quoted };
}

const page = readSeedPage();

describe.skipIf(page === null)('the page itself', () => {
  test('has exactly the queries of this test, each at the quoted line', () => {
    expect(page?.queries).toEqual(Object.values(queries));
  });

  test('has exactly the filters of this test in its table of tokens, each at the quoted line', () => {
    expect(page?.filters).toEqual(filterTable.map(({ line, quoted }) => ({ line, quoted })));
    for (const { line, quoted } of filtersBesidesTheTable) expect(page?.lineSays(line)).toContain(quoted);
  });
});

/**
 * The examples of the contract's page over facts few enough to check by hand. Times are at the edges of ranges and
 * minutes.
 */
describe('the examples of the contract', () => {
  let system: TestSystem;
  const tableDay = '2017-03-01T00:00:00Z';
  // Half an hour ago, at the start of a minute: within the last 60 minutes as long as the test runs.
  const minuteMs = Math.floor((Date.now() - 30 * 60_000) / 60_000) * 60_000;
  const minute = (offset: number) => shown(minuteMs + offset * 60_000);

  beforeAll(async () => {
    system = await sharedSystem('worker');
    await system.client.sendFacts([
      { timestamp: minuteMs, apiproxy: 'guest-auth-v3' },
      { timestamp: minuteMs + 59_999, apiproxy: 'guest-auth-v3' },
      { timestamp: minuteMs + 30_000, apiproxy: 'carts-v2' },
      { timestamp: minuteMs + 60_000, apiproxy: 'carts-v2' },
      { timestamp: minuteMs + 60_001, apiproxy: 'carts-v2' },
      { timestamp: minuteMs + 119_999, apiproxy: 'carts-v2' },
      // Neither in the last 60 minutes nor in the last 24 hours.
      { timestamp: minuteMs - 25 * 3_600_000, apiproxy: 'carts-v2' },
      // Both ends of the range 2018-11-01T11:00:00Z to 2018-11-30T11:00:00Z: the first is included, the last is not.
      { timestamp: '2018-11-01T10:59:59.999Z', apiproxy: 'proxy_1', total_response_time: 1000 },
      { timestamp: '2018-11-01T11:00:00.000Z', apiproxy: 'proxy_1', total_response_time: 10 },
      { timestamp: '2018-11-01T11:00:59.999Z', apiproxy: 'proxy_1', total_response_time: 15 },
      { timestamp: '2018-11-01T11:00:30.000Z', apiproxy: 'proxy_2', total_response_time: 20 },
      { timestamp: '2018-11-01T11:00:31.000Z', apiproxy: 'proxy_2' },
      { timestamp: '2018-11-01T11:00:32.000Z', apiproxy: null },
      { timestamp: '2018-11-02T11:00:00.000Z', apiproxy: 'proxy_3', total_response_time: 3 },
      { timestamp: '2018-11-30T10:59:59.999Z', apiproxy: 'proxy_1', total_response_time: 7 },
      { timestamp: '2018-11-30T11:00:00.000Z', apiproxy: 'proxy_1', total_response_time: 1000 },
      { timestamp: '2018-07-06T12:16:05Z', apiproxy: 'proxy_1' },
      { timestamp: '2018-07-06T12:16:06Z', apiproxy: 'proxy_1' },
      { timestamp: '2018-07-09T15:12:00Z', apiproxy: 'proxy_2' },
      ...filterTableFacts(tableDay),
    ]);
  });
  afterAll(() => system.stop());

  const at = ({ line }: Quotation<object>) => `${seedFile}:${line}`;

  test(`${at(queries.first)}, the first query file: a sum with an alias over the last 24 hours`, async () => {
    const text = await system.client.report(queries.first.quoted);
    expect(text).toBe('{"sum_txn":"4","apiproxy":"carts-v2"}\n{"sum_txn":"2","apiproxy":"guest-auth-v3"}\n');
  });

  test(`${at(queries.example1)}, example 1: calls per minute and proxy in the last 60 minutes`, async () => {
    expect(await system.client.report(queries.example1.quoted)).toBe(
      `{"sum_message_count":"1","apiproxy":"carts-v2","minute":"${minute(0)}"}\n` +
        `{"sum_message_count":"2","apiproxy":"guest-auth-v3","minute":"${minute(0)}"}\n` +
        `{"sum_message_count":"3","apiproxy":"carts-v2","minute":"${minute(1)}"}\n`,
    );
  });

  const responseTimeRows = [
    '{"sum_message_count":"1","average_response_time":null,"apiproxy":"(not set)","minute":"2018-11-01 11:00:00 UTC"}',
    '{"sum_message_count":"2","average_response_time":12.5,"apiproxy":"proxy_1","minute":"2018-11-01 11:00:00 UTC"}',
    '{"sum_message_count":"2","average_response_time":20.0,"apiproxy":"proxy_2","minute":"2018-11-01 11:00:00 UTC"}',
    '{"sum_message_count":"1","average_response_time":3.0,"apiproxy":"proxy_3","minute":"2018-11-02 11:00:00 UTC"}',
    '{"sum_message_count":"1","average_response_time":7.0,"apiproxy":"proxy_1","minute":"2018-11-30 10:59:00 UTC"}',
  ];

  test(`${at(queries.example2)}, example 2: a half-open range, an average without missing values`, async () => {
    expect(await system.client.report(queries.example2.quoted)).toBe(`${responseTimeRows.join('\n')}\n`);
  });

  test(`${at(queries.example3)}, example 3: transactions per minute`, async () => {
    expect(await system.client.report(queries.example3.quoted)).toBe(
      '{"tpm":2.0,"apiproxy":"proxy_1","minute":"2018-07-06 12:16:00 UTC"}\n' +
        '{"tpm":1.0,"apiproxy":"proxy_2","minute":"2018-07-09 15:12:00 UTC"}\n',
    );
  });

  test(`${at(queries.example4)}, example 4: a filter; a missing value is not "not equal"`, async () => {
    const { quoted } = queries.example4;
    expect(await system.client.report(quoted)).toBe(`${responseTimeRows[3]}\n`);
    const orMissing = { ...quoted, filter: `${quoted.filter} or apiproxy is null` };
    expect(await system.client.report(orMissing)).toBe(`${responseTimeRows[0]}\n${responseTimeRows[3]}\n`);
  });

  test(`${at(queries.example5)}, example 5: an operator; the limit applies after sorting`, async () => {
    const row = (count: number, proxy: string, offset: number) =>
      `{"sum_message_count":${count / 7},"apiproxy":"${proxy}","minute":"${minute(offset)}"}\n`;
    const rows = [row(1, 'carts-v2', 0), row(2, 'guest-auth-v3', 0), row(3, 'carts-v2', 1)];
    expect(await system.client.report(queries.example5.quoted)).toBe(rows.join(''));
    expect(await system.client.report({ ...queries.example5.quoted, limit: 2 })).toBe(
      rows.slice(0, 2).join(''),
    );
  });

  test('as CSV, with every delimiter of the contract', async () => {
    for (const delimiter of [',', '|', '\t']) {
      const text = await system.client.report({
        ...responseTimes,
        outputFormat: 'csv',
        csvDelimiter: delimiter,
      });
      const rows = [
        ['sum_message_count', 'average_response_time', 'apiproxy', 'minute'],
        ['1', '', '(not set)', '2018-11-01 11:00:00 UTC'],
        ['2', '12.5', 'proxy_1', '2018-11-01 11:00:00 UTC'],
        ['2', '20.0', 'proxy_2', '2018-11-01 11:00:00 UTC'],
        ['1', '3.0', 'proxy_3', '2018-11-02 11:00:00 UTC'],
        ['1', '7.0', 'proxy_1', '2018-11-30 10:59:00 UTC'],
      ];
      expect(text).toBe(rows.map((row) => `${row.join(delimiter)}\n`).join(''));
    }
  });

  test.each([...filtersBesidesTheTable, ...filterTable])(
    `${seedFile}:$line selects the facts that it describes: $quoted`,
    async ({ quoted, passed }) => {
      const text = await system.client.report({
        dimensions: ['flow_resource'],
        timeRange: { start: tableDay, end: '2017-03-02T00:00:00Z' },
        filter: quoted,
        outputFormat: 'csv',
      });
      expect(text.trimEnd().split('\n')).toEqual(['flow_resource', ...passed.split(' ')]);
    },
  );

  test('return the status objects and the file names of the contract', async () => {
    // Another test has submitted the same body: after a batch, also one beyond its range, the query runs.
    await system.client.sendFacts([{ timestamp: '1990-01-01T00:00:00Z' }]);
    const before = Math.floor(Date.now() / 1000) * 1000;
    const response = await system.client.request('/queries', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(responseTimes),
    });
    const submitted = (await response.json()) as { self: string; created: string };
    const id = submitted.self.split('/').at(-1) ?? '';
    const self = `/organizations/${system.organization}/environments/prod/queries/${id}`;
    expect(response.status).toBe(201);
    expect(submitted).toEqual({ self, created: submitted.created, state: 'enqueued', error: 'false' });
    expect(Date.parse(submitted.created)).toBeGreaterThanOrEqual(before);

    const status = await system.client.ended(id);
    expect(status).toMatchObject({
      self,
      state: 'completed',
      resultRows: 5,
      result: { self: `${self}/result` },
    });
    expect(status.resultFileSize).toMatch(/^\d+\.\d\d KB$/);
    expect(status.executionTime).toMatch(/^\d+ sec$/);
    expect(Date.parse(status.result?.expires ?? '') - Date.parse(status.updated ?? '')).toBe(7 * 86_400_000);

    const result = await system.client.request(`/queries/${id}/result`);
    expect(result.headers.get('content-disposition')).toBe(
      `attachment; filename="OfflineQueryResult-${id}.zip"`,
    );
    const parts = await readArchive(Buffer.from(await result.arrayBuffer()));
    expect(parts.map(({ name }) => name)).toEqual([`QueryResult-${id}-000000000000.json.gz`]);

    const list = (await (await system.client.request('/queries')).json()) as { queries: { self: string }[] };
    expect(list.queries[0]?.self).toBe(self);
  });
});

function shown(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}
