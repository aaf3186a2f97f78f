import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorBody } from '@hourglass/contract';
import {
  connectDatabase,
  eventually,
  readArchive,
  startSystem,
  type RunningSystem,
} from '@hourglass/testing';

const day = 'timeRange=01/05/2026 00:00~01/06/2026 00:00';
const at = (hour: number, minute = 0) => Date.UTC(2026, 0, 5, hour, minute);

/** Six calls on one Monday, to count by hand. */
const calls = [
  { at: at(10, 5), apiproxy: 'weather', developer_app: 'mobile', total_response_time: 40 },
  { at: at(10, 20), apiproxy: 'weather', developer_app: 'mobile', total_response_time: 120 },
  { at: at(10, 50), apiproxy: 'weather', developer_app: 'web', total_response_time: 51 },
  { at: at(11, 10), apiproxy: 'orders', developer_app: 'web' },
  { at: at(11, 30), apiproxy: 'weather', developer_app: 'web', total_response_time: 100 },
  { at: at(23, 30), apiproxy: 'orders', total_response_time: 10 },
].map(({ at: ms, ...fields }, index) => ({
  ...fields,
  timestamp: new Date(ms).toISOString(),
  response_status_code: index === 1 ? 503 : 200,
  api_product: 'basic',
  developer: 'acme@@@1',
  request_uri: '/v1',
}));

const noMetaData = { errors: [], notices: [] };

describe('synchronous statistics', () => {
  let system: RunningSystem;
  beforeAll(async () => {
    system = await startSystem();
    await system.client.sendFacts(calls);
  });
  afterAll(() => system.stop());

  const request = (target: string, init?: RequestInit) => system.client.request(encodeURI(target), init);
  async function answer(target: string): Promise<unknown> {
    const response = await request(target);
    const text = await response.text();
    expect([target, response.status, text.slice(0, response.status === 200 ? 0 : 500)]).toEqual([
      target,
      200,
      '',
    ]);
    return JSON.parse(text);
  }

  describe('in the verbose form', () => {
    it('are one total without a time unit, also with a slash at the end', async () => {
      const expected = {
        environments: [
          {
            name: 'prod',
            metrics: [
              { name: 'sum(message_count)', values: ['6'] },
              { name: 'sum(is_error)', values: ['1'] },
              // (40 + 120 + 51 + 100 + 10) / 5
              { name: 'avg(total_response_time)', values: ['64.2'] },
              { name: 'max(target_response_time)', values: [null] },
              // 6 calls in a day
              { name: 'tps', values: [String(6 / 86_400)] },
              { name: 'app_count', values: ['2'] },
            ],
          },
        ],
        metaData: noMetaData,
      };
      const select =
        'select=sum(message_count),is_error,avg(total_response_time),max(target_response_time),tps,app_count';
      for (const form of ['/stats', '/stats/'])
        expect(await answer(`${form}?${select}&${day}`)).toEqual(expected);
    });

    it('have every dimension by name, and averages with a point', async () => {
      const text = await (
        await request(`/stats/apiproxy,developer_app?select=message_count,avg(total_response_time)&${day}`)
      ).text();
      const group = (names: string[], count: string, average: string | null) => ({
        name: names.join(','),
        individualNames: names,
        metrics: [
          { name: 'sum(message_count)', values: [count] },
          { name: 'avg(total_response_time)', values: [average] },
        ],
      });
      expect(text).toBe(
        JSON.stringify({
          environments: [
            {
              name: 'prod',
              dimensions: [
                group(['orders', '(not set)'], '1', '10.0'),
                group(['orders', 'web'], '1', null),
                group(['weather', 'mobile'], '2', '80.0'),
                group(['weather', 'web'], '2', '75.5'),
              ],
            },
          ],
          metaData: noMetaData,
        }),
      );
    });

    it('have the millisecond at which each bucket begins, the newest first unless told', async () => {
      const points = (...hours: [number, string][]) => ({
        environments: [
          {
            name: 'prod',
            metrics: [
              {
                name: 'sum(message_count)',
                values: hours.map(([hour, value]) => ({ timestamp: at(hour), value })),
              },
            ],
          },
        ],
        metaData: noMetaData,
      });
      const target = `/stats?select=sum(message_count)&${day}&timeUnit=hour`;
      expect(await answer(target)).toEqual(points([23, '1'], [11, '2'], [10, '3']));
      expect(await answer(`${target}&tsAscending=true`)).toEqual(points([10, '3'], [11, '2'], [23, '1']));
    });

    it('of no calls are empty', async () => {
      const none = 'timeRange=1/1/2020 0:00~1/2/2020 0:00';
      expect(await answer(`/stats?select=tps&${none}`)).toEqual({
        environments: [{ name: 'prod', metrics: [] }],
        metaData: noMetaData,
      });
      expect(await answer(`/stats/apis?select=tps&${none}&timeUnit=day`)).toEqual({
        environments: [{ name: 'prod', dimensions: [] }],
        metaData: noMetaData,
      });
    });
  });

  describe('in the optimized form', () => {
    it('have numbers, and in every group the buckets of all', async () => {
      const metric = (name: string, ...values: (number | null)[]) => ({ env: 'prod', name, values });
      const expected = {
        Response: {
          TimeUnit: [at(23), at(11), at(10)],
          metaData: noMetaData,
          resultTruncated: false,
          stats: {
            data: [
              {
                identifier: { names: ['apiproxy'], values: ['orders'] },
                metric: [
                  metric('sum(message_count)', 1, 1, null),
                  metric('avg(total_response_time)', 10, null, null),
                ],
              },
              {
                identifier: { names: ['apiproxy'], values: ['weather'] },
                metric: [
                  metric('sum(message_count)', null, 1, 3),
                  metric('avg(total_response_time)', null, 100, 211 / 3),
                ],
              },
            ],
          },
        },
      };
      const select = `select=sum(message_count),avg(total_response_time)&${day}&timeUnit=hour`;
      expect(await answer(`/stats/apiproxy?${select}&_optimized=js`)).toEqual(expected);
      // Apigee X writes 64-bit integers as texts, and its generated clients read nothing else.
      const TimeUnit = expected.Response.TimeUnit.map(String);
      const forX = { Response: { ...expected.Response, TimeUnit } };
      expect(await answer(`/optimizedStats/apiproxy?${select}`)).toEqual(forX);
    });

    it('are metrics alone without dimensions', async () => {
      const expected = {
        Response: {
          TimeUnit: [],
          metaData: noMetaData,
          resultTruncated: false,
          stats: { data: [{ env: 'prod', name: 'tpm', values: [6 / 1_440] }] },
        },
      };
      for (const form of ['/optimizedStats?', '/optimizedStats/?', '/stats?_optimized=js&']) {
        expect(await answer(`${form}select=tpm&${day}`)).toEqual(expected);
      }
    });
  });

  it('choose groups by what is asked for, over the whole range, and tell pages apart', async () => {
    const names = async (order: string) => {
      const found = (await answer(
        `/stats/apiproxy,developer_app?select=sum(message_count),avg(total_response_time)&${day}&${order}`,
      )) as { environments: { dimensions: { name: string }[] }[] };
      return found.environments[0]?.dimensions.map(({ name }) => name);
    };
    // A group without an average comes last in both directions; two of one count follow by their dimensions.
    const byAverage = ['weather,mobile', 'weather,web', 'orders,(not set)', 'orders,web'];
    expect(await names('sortby=avg(total_response_time)')).toEqual(byAverage);
    expect(await names('sortby=avg(total_response_time)&sort=ASC&timeUnit=hour')).toEqual([
      'orders,(not set)',
      'weather,web',
      'weather,mobile',
      'orders,web',
    ]);
    expect(await names('topk=3')).toEqual(['weather,mobile', 'weather,web', 'orders,(not set)']);
    expect(await names('topk=3&limit=1&offset=1&timeUnit=hour')).toEqual(['weather,web']);
    expect(await names('topk=3&offset=2&limit=9')).toEqual(['orders,(not set)']);
    expect(await names('offset=4')).toEqual([]);
  });

  it('know the short names of dimensions', async () => {
    const aliases = {
      ...{ apis: 'apiproxy', apiproducts: 'api_product', apps: 'developer_app' },
      ...{ devs: 'developer', envs: 'environment', uris: 'request_uri' },
    };
    const query = `select=sum(message_count)&${day}`;
    for (const [alias, name] of Object.entries(aliases)) {
      const found = await answer(`/stats/${alias}?${query}`);
      expect(found).toEqual(await answer(`/stats/${name}?${query}`));
      expect(JSON.stringify(found)).toContain('individualNames');
    }
    expect(await answer(`/optimizedStats/apps,apis?${query}`)).toEqual(
      await answer(`/optimizedStats/developer_app,apiproxy?${query}`),
    );
  });

  it('cut days where the zone does, and filter before they count', async () => {
    // In a zone of 5:30 hours the call at 23:30 UTC is one of the next day.
    const midnight = (hourUtc: number) => at(hourUtc, 30);
    expect(await answer(`/stats?select=sum(message_count)&${day}&timeUnit=day&tzo=330`)).toEqual({
      environments: [
        {
          name: 'prod',
          metrics: [
            {
              name: 'sum(message_count)',
              values: [
                { timestamp: midnight(18), value: '1' },
                { timestamp: midnight(18 - 24), value: '5' },
              ],
            },
          ],
        },
      ],
      metaData: { errors: [], notices: ['Buckets begin in the zone 330 minutes from UTC'] },
    });
    expect(
      await answer(`/stats?select=sum(message_count)&${day}&filter=(response_status_code ge 500)`),
    ).toMatchObject({ environments: [{ metrics: [{ values: ['1'] }] }] });
  });

  it('take what older and newer clients send besides, without effect', async () => {
    const target = `/stats/apis?select=sum(message_count)&${day}`;
    const others =
      'accuracy=100&realtime=true&aggTable=agg_api&sonar=true&_optimize=js&alt=json&prettyPrint=false';
    expect(await answer(`${target}&${others}`)).toEqual(await answer(target));
    const relative = await answer('/stats?select=sum(message_count)&timeRange=last7days');
    expect(relative).toMatchObject({ environments: [{ metrics: [] }] });
  });

  it('give a query its buckets in a zone too, whose beginnings it shows in UTC', async () => {
    const query = {
      metrics: [{ name: 'message_count' }],
      groupByTimeUnit: 'day',
      timeRange: { start: '2026-01-05T00:00:00Z', end: '2026-01-06T00:00:00Z' },
    };
    const submitted = await request('/queries?tzo=330', { method: 'POST', body: JSON.stringify(query) });
    const { self } = (await submitted.json()) as { self: string };
    const id = self.slice(self.lastIndexOf('/') + 1);
    await system.client.ended(id);
    const rows = await request(`/queries/${id}/result`);
    expect(rows.status).toBe(200);
    const [part] = await readArchive(Buffer.from(await rows.arrayBuffer()));
    expect(part?.text).toBe(
      '{"sum_message_count":"5","day":"2026-01-04 18:30:00 UTC"}\n{"sum_message_count":"1","day":"2026-01-05 18:30:00 UTC"}\n',
    );
    const refused = await request('/queries?tzo=900', { method: 'POST', body: JSON.stringify(query) });
    expect([refused.status, errorBody.parse(await refused.json()).message]).toEqual([
      400,
      expect.stringContaining('-840 to 840'),
    ]);
  });

  describe('refuse', () => {
    const good = { select: 'sum(message_count)', timeRange: '01/05/2026 00:00~01/06/2026 00:00' };
    it.each<[string, Record<string, string | undefined>, string]>([
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
      ['_optimized', { _optimized: 'json' }, 'js'],
    ])('%s when it is wrong: %j', async (field, wrong, text) => {
      const parameters = Object.entries({ ...good, ...wrong }).filter(([, value]) => value !== undefined);
      const response = await system.client.request(
        `/stats/apiproxy?${new URLSearchParams(parameters as [string, string][]).toString()}`,
      );
      expect(response.status).toBe(400);
      const body = errorBody.parse(await response.json());
      expect(JSON.stringify(body)).toContain(text);
      expect(body.error.details[0]?.fieldViolations.map((violation) => violation.field)).toEqual([field]);
    });

    it('dimensions and parameters that do not exist, with the nearest name', async () => {
      const target = `select=tps&${day}`;
      const dimension = await request(`/optimizedStats/apps,apiprox?${target}`);
      expect(dimension.status).toBe(400);
      expect(errorBody.parse(await dimension.json()).message).toContain('Did you mean "apiproxy"?');
      const parameter = await request(`/stats?${target}&sortBy=tps`);
      expect(errorBody.parse(await parameter.json()).message).toContain('Unknown query parameter "sortBy"');
    });
  });

  it('cut the answer after 14,400 rows, and say so', async () => {
    const many = system.clientOf('acme', 'test');
    await many.sendFacts(
      Array.from({ length: 14_401 }, (_, index) => ({
        timestamp: at(8, index % 60),
        request_uri: `/${String(index).padStart(5, '0')}`,
      })),
    );
    const get = async (target: string) => {
      const response = await many.request(encodeURI(target));
      return (await response.json()) as {
        environments: { dimensions: { name: string }[] }[];
        metaData: { notices: string[] };
        Response: { resultTruncated: boolean; stats: { data: unknown[] } };
      };
    };
    const query = `select=tps&${day}`;
    for (const unit of ['', '&timeUnit=minute']) {
      const { environments, metaData } = await get(`/stats/uris?${query}${unit}`);
      const names = environments[0]?.dimensions.map(({ name }) => name);
      expect([names?.length, names?.[0], names?.at(-1)]).toEqual([14_400, '/00000', '/14399']);
      expect(metaData.notices).toEqual(['The answer was cut after 14400 rows of groups and buckets']);
      const { Response } = await get(`/optimizedStats/uris?${query}${unit}&limit=14399`);
      expect([Response.stats.data.length, Response.resultTruncated]).toEqual([14_399, false]);
    }
    const { Response } = await get(`/optimizedStats/uris?${query}`);
    expect([Response.stats.data.length, Response.resultTruncated]).toEqual([14_400, true]);
    expect((await get(`/stats/uris?${query}&offset=14400`)).environments[0]?.dimensions).toMatchObject([
      { name: '/14400' },
    ]);
    // Eleven buckets of 1,440 and more groups: the rows are what is counted.
    const hours = await get(`/optimizedStats/uris?${query}&timeUnit=hour&_optimized=js`);
    expect(hours.Response.resultTruncated).toBe(true);
  });

  describe('that take too long', () => {
    const target = `/stats/apis?select=sum(message_count)&${day}`;
    const scratchFolders = () => readdir(path.join(system.dataDirectory, 'scratch', 'stats')).catch(() => []);

    /** While `work` runs, nobody can read facts. */
    async function withLockedFacts(work: () => Promise<void>): Promise<void> {
      const locker = await connectDatabase(system.databaseUrl);
      try {
        await locker.sql('begin');
        await locker.sql('lock table hot_api_facts in access exclusive mode');
        await work();
        await locker.sql('rollback');
      } finally {
        await locker.end();
      }
    }

    async function nothingIsLeft(): Promise<void> {
      await eventually('no COPY is left in the database', async () => {
        const database = await connectDatabase(system.databaseUrl);
        try {
          const copies = await database.sql(
            `select pid from pg_stat_activity where query ilike 'copy%' and state = 'active'
               and datname = current_database()`,
          );
          return copies.length === 0 ? true : null;
        } finally {
          await database.end();
        }
      });
      await eventually('the scratch is empty', async () =>
        (await scratchFolders()).length === 0 ? true : null,
      );
    }

    it('end after 10 seconds with advice, also those that waited for a turn, and nothing is left of them', async () => {
      await withLockedFacts(async () => {
        const startedAtMs = performance.now();
        const [first, second, waiting] = [request(target), request(target), request(target)];
        const poll = await request('/queries');
        expect(poll.status).toBe(200);
        expect(performance.now() - startedAtMs).toBeLessThan(5_000);
        for (const response of await Promise.all([first, second, waiting])) {
          expect(response.status).toBe(504);
          const body = errorBody.parse(await response.json());
          expect([body.code, body.error.status]).toEqual(['stats.deadline', 'DEADLINE_EXCEEDED']);
          expect(body.message).toContain('10 seconds');
          expect(body.message).toContain('POST …/queries');
        }
        expect(performance.now() - startedAtMs).toBeGreaterThan(9_500);
        expect(performance.now() - startedAtMs).toBeLessThan(12_000);
        await nothingIsLeft();
      });
      expect((await request(target)).status).toBe(200);
    });

    it('end when the client goes away, and the next one has its turn', async () => {
      await withLockedFacts(async () => {
        const gone = new AbortController();
        const requests = [1, 2, 3].map(() => request(target, { signal: gone.signal }).catch(() => null));
        await eventually('two are running', async () =>
          (await scratchFolders()).length === 2 ? true : null,
        );
        gone.abort();
        await Promise.all(requests);
        const goneAtMs = performance.now();
        await nothingIsLeft();
        // Not by the deadline.
        expect(performance.now() - goneAtMs).toBeLessThan(6_000);
      });
      expect((await request(target)).status).toBe(200);
    });
  });
});
