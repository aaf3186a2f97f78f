import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

const day = 'timeRange=01/05/2026 00:00~01/06/2026 00:00';
const at = (hour: number, minute = 0) => Date.UTC(2026, 0, 5, hour, minute);

/** Six calls on one Monday, few enough to count by hand. */
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
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
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
    test('are one total without a time unit, also with a slash at the end', async () => {
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

    test('have every dimension by name, and averages with a decimal point', async () => {
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

    test('have the millisecond at which each bucket begins, newest first by default', async () => {
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

    test('of no calls are empty', async () => {
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
    test('have numbers, and the same buckets in every group', async () => {
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
      // Apigee X writes 64-bit integers as strings, and its generated clients accept nothing else.
      const TimeUnit = expected.Response.TimeUnit.map(String);
      const forX = { Response: { ...expected.Response, TimeUnit } };
      expect(await answer(`/optimizedStats/apiproxy?${select}`)).toEqual(forX);
    });

    test('print sums beyond 2^53 with every digit', async () => {
      const timestamp = '2026-03-03T10:00:00Z';
      const largest = Number.MAX_SAFE_INTEGER;
      await system.client.sendFacts([1, 2, 3].map(() => ({ timestamp, response_size: largest })));
      const sum = `${BigInt(largest) * 3n}`;
      const query = 'select=sum(response_size)&timeRange=03/03/2026 00:00~03/04/2026 00:00';
      const metric = `{"env":"prod","name":"sum(response_size)","values":[${sum}]}`;
      for (const target of [
        '/optimizedStats?',
        '/optimizedStats/apiproxy?',
        '/stats?_optimized=js&timeUnit=day&',
      ]) {
        const text = await (await request(`${target}${query}`)).text();
        expect(text).toContain(metric);
      }
    });

    test('have only metrics without dimensions', async () => {
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

  test('sort, page and limit groups by the requested metric over the whole range', async () => {
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

  test('know the short names of dimensions', async () => {
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

  test('begin days in the requested zone, and filter before they count', async () => {
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

  test('begin the two hours that clocks show twice at their own moments', async () => {
    const timestamps = ['2025-10-26T00:10:00Z', '2025-10-26T01:10:00Z', '2025-10-26T01:50:00Z'];
    await system.client.sendFacts(timestamps.map((timestamp) => ({ timestamp })));
    const target = 'timeRange=10/25/2025 00:00~10/27/2025 00:00&timeZone=Europe/Warsaw&tsAscending=true';
    const select = `/stats?select=sum(message_count)&${target}`;
    const notices = ['Buckets begin in the zone Europe/Warsaw'];
    const answerWith = (values: readonly object[]) => ({
      environments: [{ name: 'prod', metrics: [{ name: 'sum(message_count)', values }] }],
      metaData: { errors: [], notices },
    });
    expect(await answer(`${select}&timeUnit=hour`)).toEqual(
      answerWith([
        { timestamp: Date.UTC(2025, 9, 26, 0), value: '1' },
        { timestamp: Date.UTC(2025, 9, 26, 1), value: '2' },
      ]),
    );
    expect(await answer(`${select}&timeUnit=day`)).toEqual(
      answerWith([{ timestamp: Date.UTC(2025, 9, 25, 22), value: '3' }]),
    );
  });

  test('accept further parameters of older and newer clients without effect', async () => {
    const target = `/stats/apis?select=sum(message_count)&${day}`;
    const others =
      'accuracy=100&realtime=true&aggTable=agg_api&sonar=true&_optimize=js&alt=json&prettyPrint=false';
    expect(await answer(`${target}&${others}`)).toEqual(await answer(target));
    const relative = await answer('/stats?select=sum(message_count)&timeRange=last7days');
    expect(relative).toMatchObject({ environments: [{ metrics: [] }] });
  });

  test('accept the custom fields of the environment', async () => {
    const declared = await request('/customFields', {
      method: 'POST',
      body: JSON.stringify({ name: 'dc_total', type: 'INTEGER' }),
    });
    expect(declared.status).toBe(201);
    const timestamp = '2026-02-02T10:00:00Z';
    await system.client.sendFacts([{ timestamp, dc_total: 40 }, { timestamp, dc_total: 2 }, { timestamp }]);
    const february = 'timeRange=2/2/2026 00:00~2/3/2026 00:00';
    expect(
      await answer(`/stats?select=sum(dc_total),avg(dc_total)&sortby=sum(dc_total)&${february}`),
    ).toMatchObject({
      environments: [{ metrics: [{ values: ['42'] }, { values: ['21.0'] }] }],
    });
  });
});
