import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

/** Names that have a meaning in SQL, JavaScript, CSV or the engine. */
const names = [
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'then',
  'select',
  'null',
  'count(*)',
  'c0',
  'timestamp',
  'environment_id',
  '"',
  "'",
  '`',
  String.raw`\"\n`,
  "x'; drop table queries; --",
  'a,b|c',
  '$1',
  '{0}',
  ' leading and trailing ',
  '\u{1f600}'.repeat(128),
  'é',
  'e\u0301',
  '\u202etfel',
];

describe('an alias', () => {
  let system: TestSystem;
  const day = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
  const query = {
    // The values differ, so that swapped columns are noticed.
    metrics: names.map((alias, index) => ({
      name: 'message_count',
      alias,
      operator: '+',
      value: String(index),
    })),
    dimensions: ['apiproxy'],
    timeRange: day,
  };
  beforeAll(async () => {
    system = await sharedSystem('worker');
    await system.client.sendFacts([{ timestamp: day.start, apiproxy: 'a' }]);
  });
  afterAll(() => system.stop());

  test('of any printable text is the key of its value in a JSON row', async () => {
    const text = await system.client.report(query);
    const keys = names.map((name, index) => `${JSON.stringify(name)}:"${index + 1}"`);
    expect(text).toBe(`{${keys.join(',')},"apiproxy":"a"}\n`);
    const row = new Map(Object.entries(JSON.parse(text) as object));
    for (const [index, name] of names.entries())
      expect([name, row.get(name)]).toEqual([name, String(index + 1)]);
  });

  test('of any printable text is the header of its column in CSV', async () => {
    for (const delimiter of [',', '|', '\t']) {
      const text = await system.client.report({ ...query, outputFormat: 'csv', csvDelimiter: delimiter });
      const heads = names.map((name) =>
        name.includes(delimiter) || name.includes('"') ? `"${name.replaceAll('"', '""')}"` : name,
      );
      const values = names.map((_, index) => String(index + 1));
      expect(text).toBe(`${[...heads, 'apiproxy'].join(delimiter)}\n${[...values, 'a'].join(delimiter)}\n`);
    }
  });

  test('is shown unchanged in the list of queries', async () => {
    const { queries } = (await (await system.client.request('/queries')).json()) as {
      queries: { queryParams: { metrics: string[] } }[];
    };
    expect(queries[0]?.queryParams.metrics).toEqual(
      names.map((alias) => `name:message_count,func:sum,alias:${alias}`),
    );
  });
});
