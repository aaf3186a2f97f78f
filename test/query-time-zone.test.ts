import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody, queryList } from '@hourglass/contract';
import { readArchive, sharedSystem, type TestSystem } from '@hourglass/testing';

describe('a time zone', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('worker');
    await system.client.sendFacts([
      { timestamp: '2026-01-05T10:05:00Z' },
      { timestamp: '2026-01-05T18:29:59.999Z' },
      { timestamp: '2026-01-05T23:30:00Z' },
      // A day of 23 hours in Warsaw.
      { timestamp: '2026-03-28T22:59:59.999Z' },
      { timestamp: '2026-03-28T23:00:00Z' },
      { timestamp: '2026-03-29T21:59:59Z' },
      { timestamp: '2026-03-29T22:00:00Z' },
    ]);
  });
  afterAll(() => system.stop());

  test('as an offset makes a query group by its days, whose starts are shown in UTC', async () => {
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

  test('as a name makes a query group by local days of their real length, shown in local time', async () => {
    const id = await system.client.submit({
      metrics: [
        { name: 'message_count' },
        // 82,800 seconds are 23 hours.
        { name: 'tps', operator: '*', value: '82800', alias: 'perDay' },
      ],
      dimensions: ['ax_hour_of_day'],
      groupByTimeUnit: 'day',
      timeRange: { start: '2026-03-27T00:00:00Z', end: '2026-03-31T00:00:00Z' },
      timeZone: 'Europe/Warsaw',
    });
    await system.client.ended(id);
    const result = await system.client.request(`/queries/${id}/result`);
    const [part] = await readArchive(Buffer.from(await result.arrayBuffer()));
    const row = (calls: number, perDay: string, hour: string, day: string) =>
      `{"sum_message_count":"${calls}","perDay":${perDay},"ax_hour_of_day":"${hour}","day":"${day}"}\n`;
    expect(part?.text).toBe(
      [
        row(1, String((1_000 / 86_400_000) * 82_800), '23', '2026-03-28T00:00:00+01:00'),
        row(1, '1.0', '00', '2026-03-29T00:00:00+01:00'),
        row(1, '1.0', '23', '2026-03-29T00:00:00+01:00'),
        row(1, String((1_000 / 86_400_000) * 82_800), '00', '2026-03-30T00:00:00+02:00'),
      ].join(''),
    );
  });

  test('is listed as it was submitted, and not without one', async () => {
    const body = { metrics: [{ name: 'message_count' }], timeRange: 'last24hours' };
    await system.client.submit(body);
    await system.client.submit({ ...body, timeZone: 'Asia/Kolkata' });
    const { queries } = queryList.parse(await (await system.client.request('/queries')).json());
    expect(queries.slice(0, 2).map(({ queryParams }) => queryParams.timeZone)).toEqual([
      'Asia/Kolkata',
      undefined,
    ]);
  });
});
