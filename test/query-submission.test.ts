import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { queryStatus, querySubmission, type QueryStatus, type SubmitQueryBody } from '@hourglass/contract';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

const report = {
  metrics: [{ name: 'message_count', function: 'sum', alias: 'calls by "hour"' }],
  dimensions: ['apiproxy'],
  timeRange: { start: '2026-03-01T00:00:00.000Z', end: '2026-03-02T00:00:00.000Z' },
  groupByTimeUnit: 'hour',
  filter: "apiproxy notin 'a','it''s' and (response_status_code ge 400 or client_id is null)",
  having: '"calls by ""hour""" gt 0',
  orderBy: [{ column: 'calls by "hour"', direction: 'desc' }],
  limit: 10,
  name: 'errors <b>',
  reportDefinitionId: 'mine',
};

describe('the submission of a query', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('worker');
  });
  afterAll(() => system.stop());

  const submissionOf = async (id: string) => {
    const response = await system.client.request(`/queries/${id}/submission`);
    expect(response.status).toBe(200);
    return querySubmission.parse(await response.json());
  };
  const submit = async (body: SubmitQueryBody | null, parameters = ''): Promise<QueryStatus> => {
    const response = await system.client.request(`/queries${parameters}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(201);
    return queryStatus.parse(await response.json());
  };

  test('asks the same: submitted again it shares the result', async () => {
    const id = await system.client.submit({ ...report, outputFormat: 'csv', csvSafe: true, reuse: false });
    await system.client.ended(id);
    const { body } = await submissionOf(id);
    expect(body).toEqual({ ...report, outputFormat: 'csv', csvSafe: true });
    expect(await submit(body)).toMatchObject({ state: 'completed', reused: true });
    expect(await submit({ ...report, outputFormat: 'xlsx' })).not.toHaveProperty('reused');
  });

  test('has the offset of the buckets beside the body, and the dataset', async () => {
    const asked = { dataset: 'mint', metrics: [{ name: 'transactionCount' }], groupByTimeUnit: 'day' };
    const { self } = await submit({ ...asked, timeRange: report.timeRange }, '?tzo=90');
    const { body, tzo } = await submissionOf(self.slice(self.lastIndexOf('/') + 1));
    expect(tzo).toBe(90);
    expect(body).toMatchObject({ dataset: 'mint', groupByTimeUnit: 'day' });
  });

  test('of a cancelled query has its range as it was frozen', async () => {
    const id = await system.client.submit({ dimensions: ['apiproxy'], timeRange: 'yesterday' });
    await system.client.request(`/queries/${id}:cancel`, { method: 'POST' });
    const { body } = await submissionOf(id);
    const midnight = expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00\.000Z$/) as string;
    expect(body?.timeRange).toEqual({ start: midnight, end: midnight });
  });
});
