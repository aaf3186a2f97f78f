import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody } from '@hourglass/contract';
import { readArchive, sharedSystem, type TestSystem } from '@hourglass/testing';

describe('a time zone offset', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('worker');
    await system.client.sendFacts([
      { timestamp: '2026-01-05T10:05:00Z' },
      { timestamp: '2026-01-05T18:29:59.999Z' },
      { timestamp: '2026-01-05T23:30:00Z' },
    ]);
  });
  afterAll(() => system.stop());

  test('makes a query group by days of the zone, whose starts are shown in UTC', async () => {
    const query = {
      metrics: [{ name: 'message_count' }],
      groupByTimeUnit: 'day',
      timeRange: { start: '2026-01-05T00:00:00Z', end: '2026-01-06T00:00:00Z' },
    };
    const submitted = await system.client.request('/queries?tzo=330', {
      method: 'POST',
      body: JSON.stringify(query),
    });
    const { self } = (await submitted.json()) as { self: string };
    const id = self.slice(self.lastIndexOf('/') + 1);
    await system.client.ended(id);
    const rows = await system.client.request(`/queries/${id}/result`);
    expect(rows.status).toBe(200);
    const [part] = await readArchive(Buffer.from(await rows.arrayBuffer()));
    expect(part?.text).toBe(
      '{"sum_message_count":"2","day":"2026-01-04 18:30:00 UTC"}\n{"sum_message_count":"1","day":"2026-01-05 18:30:00 UTC"}\n',
    );
    const refused = await system.client.request('/queries?tzo=900', {
      method: 'POST',
      body: JSON.stringify(query),
    });
    expect([refused.status, errorBody.parse(await refused.json()).message]).toEqual([
      400,
      expect.stringContaining('-840 to 840'),
    ]);
  });
});
