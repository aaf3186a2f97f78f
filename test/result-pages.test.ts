import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resultView, type ResultView } from '@hourglass/contract';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

const proxies = ['a', 'b', 'c', 'd', 'e'];
const query = {
  metrics: [
    { name: 'total_response_time', function: 'avg', alias: 'average' },
    { name: 'message_count', function: 'sum', alias: 'calls' },
    { name: 'message_count', function: 'sum', alias: 'thousands', operator: '/', value: '1000' },
    { name: 'message_count', function: 'sum', alias: 'share', as: 'share' },
  ],
  dimensions: ['apiproxy', 'response_status_code'],
  groupByTimeUnit: 'day',
  timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
};

describe('the view of a result', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('worker');
    await system.client.sendFacts(
      proxies.map((apiproxy, index) => ({
        timestamp: '2026-03-01T12:00:00Z',
        apiproxy,
        total_response_time: index,
      })),
    );
  });
  afterAll(() => system.stop());

  async function completed(body: object): Promise<string> {
    const id = await system.client.submit(body);
    expect((await system.client.ended(id)).state).toBe('completed');
    return id;
  }

  async function view(id: string, parameters = ''): Promise<ResultView> {
    const response = await system.client.request(`/queries/${id}/resultView${parameters}`);
    expect(response.status).toBe(200);
    return resultView.parse(await response.json());
  }

  test('of an environment has all rows, and describes their columns', async () => {
    const { columns, rows, nextPageToken } = await view(await completed(query));
    expect(rows.map(({ apiproxy }) => apiproxy)).toEqual(proxies);
    expect(nextPageToken).toBe(undefined);
    expect(columns).toEqual([
      { name: 'average', type: 'FLOAT', unit: 'milliseconds' },
      { name: 'calls', type: 'INTEGER', unit: 'calls' },
      { name: 'thousands', type: 'FLOAT', unit: null },
      { name: 'share', type: 'FLOAT', unit: 'ratio' },
      { name: 'apiproxy', type: 'STRING', unit: null },
      { name: 'response_status_code', type: 'INTEGER', unit: null },
      { name: 'day', type: 'DATETIME', unit: null },
    ]);
  });

  test.each(['json', 'csv', 'parquet', 'xlsx'])('in pages has each row once, of %s', async (outputFormat) => {
    const id = await completed({ ...query, outputFormat });
    const { rows: all } = await view(id);
    expect(all).toHaveLength(proxies.length);
    for (const pageSize of [1, 2, 5, 10_000]) {
      const rows: unknown[] = [];
      let token: string | undefined;
      let pages = 0;
      do {
        const from = token === undefined ? '' : `&pageToken=${token}`;
        const page = await view(id, `?pageSize=${pageSize}${from}`);
        rows.push(...page.rows);
        token = page.nextPageToken;
        pages += 1;
      } while (token !== undefined);
      expect(rows).toEqual(all);
      expect(pages).toBe(Math.ceil(proxies.length / pageSize));
    }
  });

  test('refuses a size out of bounds, and a token without a size or of another result', async () => {
    const [id, other] = [await completed(query), await completed(query)];
    const { nextPageToken = '' } = await view(other, '?pageSize=1');
    for (const [parameters, field] of [
      ['pageSize=0', 'pageSize'],
      ['pageSize=10001', 'pageSize'],
      ['pageSize=x', 'pageSize'],
      [`pageToken=${nextPageToken}`, 'pageToken'],
      [`pageSize=1&pageToken=${nextPageToken}`, 'pageToken'],
      ['pageSize=1&pageToken=x', 'pageToken'],
    ]) {
      const response = await system.client.request(`/queries/${id}/resultView?${parameters}`);
      expect([parameters, response.status]).toEqual([parameters, 400]);
      expect(((await response.json()) as { message: string }).message).toContain(field);
    }
  });
});
