import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, queryList, type QueryList } from '@hourglass/contract';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

describe('the list of queries', () => {
  let system: TestSystem;
  let ids: string[];
  const hourly = {
    metrics: [{ name: 'message_count', function: 'sum' }, { name: 'app_count' }],
    dimensions: ['apiproxy'],
    groupByTimeUnit: 'hour',
    outputFormat: 'csv',
    timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
  };
  const labels = { name: 'Monthly “calls”', reportDefinitionId: 'b3c8-1' };
  const plain = { dimensions: ['apiproxy'], timeRange: hourly.timeRange };

  beforeAll(async () => {
    system = await sharedSystem('api');
    ids = [];
    for (const query of [hourly, plain, { ...plain, ...labels }])
      ids.unshift(await system.client.submit(query));
    await system.client.request(`/queries/${ids[1]}`, { method: 'DELETE' });
  });
  afterAll(() => system.stop());

  const list = async (parameters: Record<string, string> = {}): Promise<QueryList> => {
    const response = await system.client.request(`/queries?${new URLSearchParams(parameters).toString()}`);
    expect(response.status).toBe(200);
    return queryList.parse(await response.json());
  };
  const idsOf = ({ queries }: QueryList) => queries.map(({ self }) => self.slice(self.lastIndexOf('/') + 1));
  const refusal = async (parameters: string) => {
    const response = await system.client.request(`/queries?${parameters}`);
    return { status: response.status, body: errorBody.parse(await response.json()) };
  };

  test('has every query, newest first, with its submitter and parameters', async () => {
    const listed = await list();
    expect(idsOf(listed)).toEqual(ids);
    expect(listed).not.toHaveProperty('nextPageToken');
    expect(listed.queries[2]).toMatchObject({
      state: 'enqueued',
      userId: system.email,
      queryParams: {
        dimensions: ['apiproxy'],
        metrics: ['name:message_count,func:sum,alias:sum_message_count', 'name:app_count,alias:app_count'],
        startTimestamp: '2026-03-01T00:00:00.000Z',
        endTimestamp: '2026-03-02T00:00:00.000Z',
        timeUnit: 'hour',
        outputFormat: 'csv',
      },
    });
    expect(listed.queries[0]).toMatchObject(labels);
    expect(await system.client.status(ids[0] ?? '')).toMatchObject(labels);
    expect(listed.queries[2]).not.toHaveProperty('name');
    expect(listed.queries[0]?.queryParams).toEqual({
      dimensions: ['apiproxy'],
      metrics: [],
      startTimestamp: '2026-03-01T00:00:00.000Z',
      endTimestamp: '2026-03-02T00:00:00.000Z',
      outputFormat: 'json',
    });
  });

  test('is filtered by submitter, state, dataset and time', async () => {
    expect(idsOf(await list({ status: 'cancelled' }))).toEqual([ids[1]]);
    expect(idsOf(await list({ status: 'enqueued', dataset: 'api' }))).toEqual([ids[0], ids[2]]);
    expect(idsOf(await list({ submittedBy: system.email.toUpperCase() }))).toEqual(ids);
    expect(idsOf(await list({ submittedBy: `nobody@${system.organization}.example` }))).toEqual([]);
    const hour = 3_600_000;
    const [before, after] = [new Date(Date.now() - hour), new Date(Date.now() + hour)];
    expect(idsOf(await list({ from: before.toISOString(), to: after.toISOString() }))).toEqual(ids);
    expect(idsOf(await list({ from: after.toISOString() }))).toEqual([]);
    expect(idsOf(await list({ to: before.toISOString().slice(0, 19) }))).toEqual([]);
    expect(idsOf(await list({ inclQueriesWithoutReport: 'true' }))).toEqual(ids);
    expect(idsOf(await list({ inclQueriesWithoutReport: 'false' }))).toEqual([ids[0]]);
  });

  test('has pages that continue where the previous one ended', async () => {
    const first = await list({ pageSize: '2' });
    expect(idsOf(first)).toEqual(ids.slice(0, 2));
    const token = first.nextPageToken ?? '';
    const second = await list({ pageSize: '2', pageToken: token });
    expect(idsOf(second)).toEqual(ids.slice(2));
    expect(second).not.toHaveProperty('nextPageToken');
    expect(await list({ pageSize: '3' })).not.toHaveProperty('nextPageToken');
    // The next page may have another size, but not other filters.
    expect(idsOf(await list({ pageSize: '1', pageToken: token }))).toEqual([ids[2]]);
    const other = await refusal(`pageToken=${token}&status=enqueued`);
    expect([other.status, other.body.message]).toEqual([400, expect.stringContaining('pageToken')]);
    const elsewhere = await system
      .clientOf(system.organization, 'test')
      .request(`/queries?pageToken=${token}`);
    expect(elsewhere.status).toBe(400);
  });

  test.each([
    ['status=done', 'status'],
    ['status=COMPLETED', 'status'],
    ['status=', 'status'],
    ['status=enqueued&status=running', 'status'],
    ['dataset=nope', 'dataset'],
    ['submittedBy=a%00b', 'submittedBy'],
    ['from=yesterday', 'from'],
    ['to=2026-02-30T00:00:00Z', 'to'],
    ['from=2026-03-02T00:00:00Z&to=2026-03-02T00:00:00Z', 'to'],
    ['inclQueriesWithoutReport=yes', 'inclQueriesWithoutReport'],
    ['pageSize=0', 'pageSize'],
    ['pageSize=1001', 'pageSize'],
    ['pageSize=1.5', 'pageSize'],
    ['pageSize=-1', 'pageSize'],
    ['pageToken=', 'pageToken'],
    ['pageToken=garbage', 'pageToken'],
    ['pageToken=W10', 'pageToken'],
    ['submittedby=x', 'submittedby'],
    ['tzo=60', 'tzo'],
  ])('refuses %s and names %s', async (parameters, name) => {
    const { status, body } = await refusal(parameters);
    expect(status).toBe(400);
    expect(body.message).toContain(name);
    if (body.code === 'request.invalid') {
      expect(body.error.details[0]?.fieldViolations[0]?.field).toBe(name);
    }
  });

  test('shows nothing of another organization', async () => {
    const { organization, token } = await system.createTenant();
    const stranger = system.clientOf(organization, 'prod', `Bearer ${token}`);
    expect(queryList.parse(await (await stranger.request('/queries')).json()).queries).toEqual([]);
  });
});
