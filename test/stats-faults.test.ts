import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { errorBody } from '@hourglass/contract';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

describe('synchronous statistics', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
  });
  afterAll(() => system.stop());

  describe('reject', () => {
    const good = { select: 'sum(message_count)', timeRange: '01/05/2026 00:00~01/06/2026 00:00' };
    test.each<[string, Record<string, string | undefined>, string]>([
      ['select', { select: undefined }, 'is required'],
      ['select', { select: 'sum(mesage_count)' }, 'Did you mean \\"message_count\\"?'],
      ['timeRange', { timeRange: undefined }, 'is required'],
      ['timeRange', { timeRange: '01/05/2026 00:00~2026-01-06' }, 'MM/DD/YYYY HH:MM'],
      ['timeUnit', { timeUnit: 'Hour' }, 'millennium'],
      ['timeUnit', { timeUnit: 'second' }, 'at most 1 hour'],
      ['filter', { filter: '(apiproxy = 1)' }, 'position'],
      ['sortby', { sortby: 'tps' }, 'not in select'],
      ['sort', { sort: 'UP' }, 'ASC or DESC'],
      ['topk', { topk: '0' }, '1 to 14400'],
      ['limit', { limit: '14401' }, '1 to 14400'],
      ['limit', { limit: 'all' }, '1 to 14400'],
      ['offset', { offset: '-1' }, '0 to 2147483647'],
      ['tsAscending', { tsAscending: 'yes' }, 'true, false'],
      ['tzo', { tzo: '841' }, '-840 to 840'],
      ['tzo', { tzo: '5.5' }, '-840 to 840'],
      ['timeZone', { timeZone: 'Europe/Warszawa' }, 'Did you mean \\"Europe/Warsaw\\"?'],
      ['timeZone', { timeZone: 'Europe/Warsaw', tzo: '60' }, 'together with tzo'],
      ['_optimized', { _optimized: 'json' }, 'js'],
    ])('an invalid %s: %j', async (field, wrong, text) => {
      const query = new URLSearchParams(good);
      for (const [name, value] of Object.entries(wrong)) {
        if (value === undefined) query.delete(name);
        else query.set(name, value);
      }
      const response = await system.client.request(`/stats/apiproxy?${query.toString()}`);
      expect(response.status).toBe(400);
      const body = errorBody.parse(await response.json());
      expect(JSON.stringify(body)).toContain(text);
      expect(body.error.details[0]?.fieldViolations.map((violation) => violation.field)).toEqual([field]);
    });

    test('unknown dimensions and parameters, with the nearest name', async () => {
      const target = 'select=tps&timeRange=last7days';
      const dimension = await system.client.request(`/optimizedStats/apps,apiprox?${target}`);
      expect(dimension.status).toBe(400);
      expect(errorBody.parse(await dimension.json()).message).toContain('Did you mean "apiproxy"?');
      const parameter = await system.client.request(`/stats?${target}&sortBy=tps`);
      expect(errorBody.parse(await parameter.json()).message).toContain('Unknown query parameter "sortBy"');
    });
  });
});
