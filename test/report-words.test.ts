import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { archiveMembers, readArchive, sharedSystem, type TestSystem } from '@hourglass/testing';

const at = (time: string, apiproxy: string, total_response_time: number, client_ip: string) => ({
  timestamp: `2026-03-${time}:00Z`,
  apiproxy,
  total_response_time,
  client_ip,
  // Any whole number.
  response_status_code: total_response_time,
});
const facts = [
  // The day before.
  at('01T10:00', 'orders', 100, '192.0.2.1'),
  at('01T11:00', 'orders', 300, '192.0.2.2'),
  at('01T12:00', 'search', 50, '192.0.2.1'),
  // Between the compared ranges of the second test.
  at('02T00:00', 'ignored', 9_000, '192.0.2.9'),
  at('03T10:00', 'orders', 120, '192.0.2.1'),
  at('03T10:30', 'orders', 240, '192.0.2.1'),
  at('03T12:00', 'orders', 360, '192.0.2.3'),
  at('03T12:00', 'carts', 10, '192.0.2.3'),
  at('03T12:00', 'users', 20, '192.0.2.4'),
];
const timeRange = { start: '2026-03-03T00:00:00Z', end: '2026-03-04T00:00:00Z' };
const calls = { name: 'message_count', function: 'sum', alias: 'calls' };

describe('a query with words for rows', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('worker');
    await system.client.sendFacts(facts);
  });
  afterAll(() => system.stop());

  async function linesOf(query: object): Promise<readonly object[]> {
    const id = await system.client.submit({ timeRange, ...query });
    expect((await system.client.ended(id)).state).toBe('completed');
    const parts = await readArchive(await system.client.archive(id));
    return parts.flatMap(({ text }) => text.trimEnd().split('\n')).map((line) => JSON.parse(line) as object);
  }

  test('returns the greatest groups with percentiles, distinct counts and shares, and the others', async () => {
    const lines = await linesOf({
      metrics: [
        calls,
        { name: 'total_response_time', function: 'p75', alias: 'p75' },
        { name: 'client_ip', function: 'count_distinct', alias: 'clients' },
        { ...calls, alias: 'share', as: 'share' },
      ],
      dimensions: ['apiproxy'],
      orderBy: [{ column: 'calls', direction: 'desc' }],
      limit: 1,
      others: true,
    });
    expect(lines).toEqual([
      { calls: '3', p75: 300, clients: '2', share: 0.6, apiproxy: 'orders' },
      { calls: '2', p75: 17.5, clients: '2', share: 0.4, apiproxy: '(others)' },
    ]);
  });

  test('writes the others of a numeric dimension to parquet as text', async () => {
    const id = await system.client.submit({
      timeRange,
      metrics: [calls],
      dimensions: ['response_status_code'],
      limit: 1,
      others: true,
      outputFormat: 'parquet',
    });
    expect((await system.client.ended(id)).state).toBe('completed');
  });

  test('compares with another range, and reads no facts between the two', async () => {
    const lines = await linesOf({
      metrics: [calls, { name: 'total_response_time', function: 'max', alias: 'slowest' }],
      dimensions: ['apiproxy'],
      compareTo: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
      having: 'calls gt 1 or calls is null',
    });
    expect(lines).toEqual([
      {
        ...{ calls: '3', calls_previous: '2', calls_change: 0.5 },
        ...{ slowest: '360', slowest_previous: '300', slowest_change: 0.2, apiproxy: 'orders' },
      },
      {
        ...{ calls: null, calls_previous: '1', calls_change: null },
        ...{ slowest: null, slowest_previous: '50', slowest_change: null, apiproxy: 'search' },
      },
    ]);
  });

  test('fills the hours without calls', async () => {
    const lines = await linesOf({ metrics: [calls], groupByTimeUnit: 'hour', fillGaps: true });
    expect(lines).toHaveLength(24);
    expect(lines.slice(9, 13)).toEqual([
      { calls: '0', hour: '2026-03-03 09:00:00 UTC' },
      { calls: '2', hour: '2026-03-03 10:00:00 UTC' },
      { calls: '0', hour: '2026-03-03 11:00:00 UTC' },
      { calls: '3', hour: '2026-03-03 12:00:00 UTC' },
    ]);
  });

  test('states in the manifest which columns are estimates', async () => {
    const id = await system.client.submit({
      metrics: [calls, { name: 'client_ip', function: 'approx_distinct', alias: 'clients' }],
      timeRange,
    });
    await system.client.ended(id);
    const [manifest] = (await archiveMembers(await system.client.archive(id))).slice(-1);
    expect(JSON.parse(String(manifest?.bytes))).toMatchObject({
      approximations: [
        { column: 'clients', function: 'approx_distinct', error: 'relative standard error 0.13' },
      ],
    });
  });

  test('is listed with the functions that it names', async () => {
    const id = await system.client.submit({
      metrics: [{ name: 'total_response_time', function: 'percentile', percentile: 97.5 }],
      timeRange,
    });
    const response = await system.client.request('/queries');
    const { queries } = (await response.json()) as {
      queries: readonly { self: string; queryParams: { metrics: readonly string[] } }[];
    };
    expect(queries.find(({ self }) => self.endsWith(id))?.queryParams.metrics).toEqual([
      'name:total_response_time,func:p97.5,alias:p97.5_total_response_time',
    ]);
  });

  test('of a wrong shape names the member and what is expected', async () => {
    for (const [query, message] of [
      [{ metrics: [calls], orderBy: 'calls' }, 'orderBy'],
      [{ metrics: [calls], orderBy: [{ direction: 'asc' }] }, 'orderBy[0].column'],
      [{ metrics: [calls], others: 'yes' }, 'others'],
      [{ metrics: [calls], fillGaps: 1 }, 'fillGaps'],
      [{ metrics: [calls], having: 5 }, 'having'],
      [
        { metrics: [calls], compareTo: 5 },
        'compareTo: expected "previousPeriod", "previousYear" or {"start","end"}',
      ],
      [{ metrics: [{ ...calls, percentile: '95' }] }, 'metrics[0].percentile'],
      [{ metrics: [{ ...calls, as: true }] }, 'metrics[0].as'],
    ] as const) {
      const response = await system.client.request('/queries', {
        method: 'POST',
        body: JSON.stringify({ timeRange, ...query }),
      });
      expect(response.status).toBe(400);
      expect(((await response.json()) as { message: string }).message).toContain(message);
    }
  });

  test('is computed for statistics, whatever table of Edge they name', async () => {
    const select = 'p50(total_response_time),count_distinct(client_ip)';
    const range = '03/03/2026 00:00~03/04/2026 00:00';
    const response = await system.client.request(
      `/stats/apis?select=${select}&timeRange=${encodeURIComponent(range)}&sortby=p50(total_response_time)&t=agg_percentile`,
    );
    expect(response.status).toBe(200);
    const { environments } = (await response.json()) as {
      environments: readonly [{ dimensions: readonly { name: string; metrics: readonly object[] }[] }];
    };
    expect(environments[0].dimensions[0]).toEqual({
      name: 'orders',
      individualNames: ['orders'],
      metrics: [
        { name: 'p50(total_response_time)', values: ['240.0'] },
        { name: 'count_distinct(client_ip)', values: ['2'] },
      ],
    });
  });

  test('acts on the groups of statistics', async () => {
    const range = encodeURIComponent('03/03/2026 00:00~03/04/2026 00:00');
    const select = 'sum(message_count),share(message_count)';
    const having = encodeURIComponent('"sum(message_count)" gt 0');
    const path = `select=${select}&timeRange=${range}&topk=1&others=true&having=${having}`;
    const response = await system.client.request(`/stats/apis?${path}`);
    expect(response.status).toBe(200);
    const { environments } = (await response.json()) as {
      environments: readonly [{ dimensions: readonly { name: string; metrics: readonly object[] }[] }];
    };
    expect(environments[0].dimensions.map(({ name, metrics }) => [name, ...metrics])).toEqual([
      [
        'orders',
        { name: 'sum(message_count)', values: ['3'] },
        { name: 'share(message_count)', values: ['0.6'] },
      ],
      [
        '(others)',
        { name: 'sum(message_count)', values: ['2'] },
        { name: 'share(message_count)', values: ['0.4'] },
      ],
    ]);
  });

  test('compares statistics with the previous period, also in buckets without calls', async () => {
    const range = encodeURIComponent('03/03/2026 10:00~03/03/2026 13:00');
    const path = `select=sum(message_count)&timeRange=${range}&timeUnit=hour&tsAscending=true&fillGaps=true`;
    const response = await system.client.request(`/optimizedStats?${path}&compareTo=previousPeriod`);
    expect(response.status).toBe(200);
    const { Response } = (await response.json()) as {
      Response: { stats: { data: readonly { name: string; values: readonly unknown[] }[] } };
    };
    expect(Response.stats.data.map(({ name, values }) => [name, ...values])).toEqual([
      ['sum(message_count)', 2, 0, 3],
      ['sum(message_count)_previous', 0, 0, 0],
      ['sum(message_count)_change', null, null, null],
    ]);
  });

  test('is refused for statistics with the field and what is expected', async () => {
    const range = encodeURIComponent('03/03/2026 10:00~03/03/2026 13:00');
    for (const [words, message] of [
      ['compareTo=lastYear', 'compareTo: expected'],
      ['fillGaps=yes', 'fillGaps: expected'],
      ['fillGaps=true', 'fillGaps: there are no buckets; expected a time unit'],
      ['others=true', 'others: there is no limit'],
      ['having=calls', 'having: position 1: found "calls"'],
    ]) {
      const response = await system.client.request(
        `/stats/apis?select=sum(message_count)&timeRange=${range}&${words}`,
      );
      expect(response.status).toBe(400);
      expect(((await response.json()) as { message: string }).message).toContain(message);
    }
  });
});
