import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { leastProcessorMs, sharedSystem, type TestSystem } from '@hourglass/testing';

/** Bound of the processor time, and so of the time for which other requests wait. */
const maxMs = 50;
const mebibyte = 1024 * 1024;

const submission = (parts: object) =>
  JSON.stringify({ dimensions: ['apiproxy'], timeRange: 'last60minutes', ...parts });
const filter = (text: string) => submission({ filter: text });
const items = (count: number) => Array.from({ length: count }, (_, index) => index).join(',');

/** Bodies and the messages of their errors. */
const hostile: readonly (readonly [title: string, body: string | Buffer, says: RegExp])[] = [
  ...[
    "apiproxy eq 'a' or 1=1",
    "apiproxy eq 'a'; drop table queries; --",
    "apiproxy eq 'a' union select password_hash from users",
    "apiproxy eq 'a' -- and environment eq 'prod'",
    "apiproxy eq 'a' or pg_sleep(10) is null",
    "apiproxy eq 'a' or read_csv('/etc/passwd') isnot null",
    'apiproxy eq $1',
    "environment_id eq 1 or apiproxy eq 'a'",
    'c0 eq 1',
    "apiproxy/**/eq/**/'a'",
    "apiproxy eq E'\\\\'",
    'apiproxy eq $$a$$',
    "apiproxy eq ''a''",
    "apiproxy eq '\\' or apiproxy isnot null or apiproxy eq '",
    '{"$ne": null}',
    '${7*7}',
    '<script>alert(1)</script>',
  ].map((text) => [`the filter ${text}`, filter(text), /filter: position \d+: found/] as const),
  ['a filter of 1 MB', filter(`apiproxy eq '${'x'.repeat(1_000_000)}'`), /at most 65536 in a filter/],
  ['a filter of 1 MB of quotes', filter(`apiproxy eq ${"'".repeat(1_000_000)}`), /at most 65536/],
  [
    'a filter of 1.5 MB in escapes',
    `{"dimensions":["apiproxy"],"timeRange":"last60minutes","filter":"${'\\"'.repeat(750_000)}"}`,
    /at most 65536/,
  ],
  ['10,000 brackets', filter('('.repeat(10_000)), /at most 100 brackets/],
  ['60,000 brackets around nothing', filter('('.repeat(30_000) + ')'.repeat(30_000)), /at most 100 brackets/],
  ['100,000 items of a list', filter(`response_status_code in ${items(100_000)}`), /at most 65536/],
  ['as many items as fit', filter(`response_status_code in ${'1,'.repeat(32_000)}1`), /at most 10000 values/],
  ['a NUL in a filter', filter("apiproxy eq '\u0000'"), /NUL/],
  ['a NUL in the JSON', Buffer.from('{"timeRange":"last60minutes","filter":"\u0000"}'), /is not JSON/],
  [
    'bytes that are not UTF-8',
    Buffer.concat([
      Buffer.from(`{"timeRange":"last60minutes","filter":"apiproxy eq '`),
      Buffer.from([0xff, 0xfe]),
      Buffer.from(`'"}`),
    ]),
    /not UTF-8/,
  ],
  ['1,400,000 brackets in JSON', `${'['.repeat(700_000)}${']'.repeat(700_000)}`, /nested more than 32 deep/],
  [
    '200,000 objects in objects',
    `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`,
    /nested more than 32 deep/,
  ],
  [
    '100,000 names',
    `{${Array.from({ length: 100_000 }, (_, index) => `"n${index}":1`).join(',')}}`,
    /more than 10000 values/,
  ],
  [
    '9,000 names',
    `{${Array.from({ length: 9_000 }, (_, index) => `"n${index}":1`).join(',')}}`,
    /has 9001 faults/,
  ],
  [
    '300,000 metrics',
    `{"timeRange":"last60minutes","metrics":[${'{},'.repeat(300_000)}{}]}`,
    /more than 10000 values/,
  ],
  [
    '4,000 metrics without a name',
    submission({ metrics: Array.from({ length: 4_000 }, () => ({})) }),
    /has 4000 faults/,
  ],
  [
    '1,500 metrics with every name wrong',
    submission({
      metrics: Array.from({ length: 1_500 }, () => ({
        name: 'x'.repeat(60),
        alias: 'y',
        operator: '^',
        value: 'z',
      })),
    }),
    /at most 25 together/,
  ],
  ['9,000 dimensions', submission({ dimensions: Array(9_000).fill('x'.repeat(150)) }), /at most 25 together/],
  [
    '9,000 dimensions of another type',
    submission({ dimensions: Array(9_000).fill(null) }),
    /has 9000 faults/,
  ],
  ['a name of 1.5 MB', `{"timeRange":"last60minutes","${'n'.repeat(1_500_000)}":1}`, /unknown property/],
  [
    'an alias of 1.5 MB',
    submission({ metrics: [{ name: 'tps', alias: '\u{1f600}'.repeat(375_000) }] }),
    /too long/,
  ],
  ['a time range of 1.5 MB', submission({ timeRange: 'x'.repeat(1_500_000) }), /is not a time range/],
  [
    'a time of 1.5 MB',
    submission({ timeRange: { start: '1'.repeat(750_000), end: '1'.repeat(750_000) } }),
    /is not a date and time/,
  ],
  [
    'a number of 1,000,000 digits',
    `{"timeRange":"last60minutes","limit":${'9'.repeat(1_000_000)}}`,
    /limit: expected/,
  ],
  ['1.5 MB of spaces', `{${' '.repeat(1_500_000)}`, /is not JSON/],
];

describe('a hostile submission', () => {
  let system: TestSystem;
  let tinyMs: number;
  beforeAll(async () => {
    system = await sharedSystem('api');
    tinyMs = await spentMs('{}', 0);
  });
  afterAll(() => system.stop());

  function post(body: string | Buffer, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(`${system.client.environmentUrl}/queries`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${system.token}`, 'Content-Type': 'application/json', ...headers },
      body,
    });
  }

  const spentMs = (body: string | Buffer, untilMs: number) =>
    leastProcessorMs(system.url, async () => (await post(body)).text(), { untilMs });

  test.each(hostile)(
    '%s: a small 400, which takes at most 50 ms of processor time more than one for a tiny fault',
    async (_, sent, says) => {
      const body = Buffer.from(sent);
      const response = await post(body);
      const text = await response.text();
      expect([response.status, (JSON.parse(text) as { message: string }).message]).toEqual([
        400,
        expect.stringMatching(says),
      ]);
      expect(text.length).toBeLessThan(50_000);

      expect((await spentMs(body, maxMs)) - tinyMs).toBeLessThanOrEqual(maxMs);
    },
  );

  test('may have 1.5 MiB: one byte more is a 413, also after decompression', async () => {
    const padded = (bytes: number) => filter('').padEnd(bytes, ' ');
    expect((await post(padded(1.5 * mebibyte))).status).toBe(400);
    expect((await post(padded(1.5 * mebibyte + 1))).status).toBe(413);
    const gzip = { 'Content-Encoding': 'gzip' };
    expect((await post(gzipSync(padded(1.5 * mebibyte)), gzip)).status).toBe(400);
    expect((await post(gzipSync(padded(1.5 * mebibyte + 1)), gzip)).status).toBe(413);
    expect((await post(gzipSync(padded(50 * mebibyte)), gzip)).status).toBe(413);
  });

  test('gets at most 100 of its faults, and their number', async () => {
    const { body } = await system.client.refusal({
      timeRange: 'last60minutes',
      dimensions: Array(500).fill(5),
    });
    expect(body.message).toContain('500 faults');
    expect(body.error.details[0]?.fieldViolations).toHaveLength(100);
  });

  test('of no kind was a 500 or enqueued anything', async () => {
    expect((await system.apiLog()).join('\n')).not.toContain('request failed');
    const list = (await (await system.client.request('/queries')).json()) as { queries: unknown[] };
    expect(list.queries).toEqual([]);
  });
});
