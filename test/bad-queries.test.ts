import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sharedSystem, type TestSystem } from '@hourglass/testing';

describe('an invalid submission', () => {
  let system: TestSystem;
  beforeAll(async () => {
    system = await sharedSystem('api');
  });
  afterAll(() => system.stop());

  const good = {
    metrics: [{ name: 'message_count', function: 'sum' }],
    dimensions: ['apiproxy'],
    timeRange: 'last60minutes',
  };
  const range = (start: string, end: string) => ({ ...good, timeRange: { start, end } });

  // The body, the field that the error must name, and text that its message must contain.
  const cases: readonly [string, unknown, string, RegExp][] = [
    ['an array as body', [], 'body', /object/],
    ['a text as body', '"x"', 'body', /object/],
    ['no time range', { dimensions: ['apiproxy'] }, 'timeRange', /required/],
    ['a time range of another type', { ...good, timeRange: 5 }, 'timeRange', /last60minutes/],
    ['an unknown relative range', { ...good, timeRange: 'last2days' }, 'timeRange', /last24hours/],
    [
      'a range without end',
      { ...good, timeRange: { start: '2026-01-01T00:00:00Z' } },
      'timeRange.end',
      /required/,
    ],
    [
      'a date that does not exist',
      range('2026-02-30T00:00:00Z', '2026-03-01T00:00:00Z'),
      'timeRange.start',
      /./,
    ],
    ['a time that is no ISO text', range('01/02/2026', '2026-03-01T00:00:00Z'), 'timeRange.start', /ISO/],
    [
      'a reversed range',
      range('2026-03-02T00:00:00Z', '2026-03-01T00:00:00Z'),
      'timeRange',
      /end after the start/,
    ],
    [
      'an empty range',
      range('2026-03-01T00:00:00Z', '2026-03-01T00:00:00Z'),
      'timeRange',
      /end after the start/,
    ],
    ['more than 365 days', range('2025-01-01T00:00:00Z', '2026-01-02T00:00:00Z'), 'timeRange', /365/],
    ['an unknown property', { ...good, dimension: ['apiproxy'] }, 'dimension', /unknown property/],
    [
      'an unknown property of a metric',
      { ...good, metrics: [{ name: 'is_error', func: 'sum' }] },
      'metrics[0].func',
      /unknown property/,
    ],
    ['a metric that is no object', { ...good, metrics: ['message_count'] }, 'metrics[0]', /object/],
    ['a metric without name', { ...good, metrics: [{ function: 'sum' }] }, 'metrics[0].name', /required/],
    [
      'an unknown metric',
      { ...good, metrics: [{ name: 'mesage_count' }] },
      'metrics[0].name',
      /message_count/,
    ],
    ['an unknown dimension', { ...good, dimensions: ['apiproxi'] }, 'dimensions[0]', /apiproxy/],
    ['a dimension as metric', { ...good, metrics: [{ name: 'apiproxy' }] }, 'metrics[0].name', /dimension/],
    [
      'a function the metric does not have',
      { ...good, metrics: [{ name: 'message_count', function: 'avg' }] },
      'metrics[0].function',
      /sum/,
    ],
    [
      'an unknown function',
      { ...good, metrics: [{ name: 'message_count', function: 'SUMM' }] },
      'metrics[0].function',
      /sum/,
    ],
    ['a duplicate dimension', { ...good, dimensions: ['apiproxy', 'apiproxy'] }, 'dimensions[1]', /apiproxy/],
    [
      'an alias that is a dimension',
      { ...good, metrics: [{ name: 'message_count', alias: 'apiproxy' }] },
      'metrics[0].alias',
      /apiproxy/,
    ],
    [
      'two metrics with one column',
      { ...good, metrics: [good.metrics[0], good.metrics[0]] },
      'metrics[1]',
      /sum_message_count/,
    ],
    ['a limit of zero', { ...good, limit: 0 }, 'limit', /1/],
    ['a limit that is a text', { ...good, limit: '10' }, 'limit', /int|number/],
    ['an unknown time unit', { ...good, groupByTimeUnit: 'fortnight' }, 'groupByTimeUnit', /month/],
    ['an unknown format', { ...good, outputFormat: 'xml' }, 'outputFormat', /csv/],
    ['an unknown delimiter', { ...good, outputFormat: 'csv', csvDelimiter: ';' }, 'csvDelimiter', /\|/],
    [
      'an empty filter',
      { ...good, filter: '' },
      'filter',
      /position 1: found the end; expected a field name/,
    ],
    [
      'an unknown field in a filter',
      { ...good, filter: "(apiproxi eq 'a')" },
      'filter',
      /position 2: found "apiproxi".*"apiproxy"/,
    ],
    [
      'double quotes in a filter',
      { ...good, filter: 'apiproxy eq "a"' },
      'filter',
      /position 13: .*single quotes/,
    ],
    [
      'a text for a number',
      { ...good, filter: "response_status_code eq 'many'" },
      'filter',
      /position 25: .*integer/,
    ],
    ['a filter on a rate', { ...good, filter: 'tps gt 5' }, 'filter', /position 1: .*no single fact/],
    ['10,000 brackets', { ...good, filter: '('.repeat(10_000) }, 'filter', /at most 100 brackets/],
    ['a NUL in a filter', { ...good, filter: "apiproxy eq '\u0000'" }, 'filter', /NUL/],
    [
      'an operator without a value',
      { ...good, metrics: [{ name: 'message_count', operator: '/' }] },
      'metrics[0].value',
      /operator without a value/,
    ],
    [
      'a division by zero',
      { ...good, metrics: [{ name: 'message_count', operator: '/', value: '0.0' }] },
      'metrics[0].value',
      /zero/,
    ],
    [
      'a function for a rate',
      { ...good, metrics: [{ name: 'tps', function: 'avg' }] },
      'metrics[0].function',
      /no function/,
    ],
    ['nothing to show', { timeRange: 'last60minutes' }, 'metrics', /dimension/],
    ['more than 25 columns', { ...good, dimensions: manyDimensions() }, 'dimensions', /25/],
  ];

  test.each(cases)('%s: 400 with the field and the expected value', async (_, query, field, expected) => {
    const { status, body } = await system.client.refusal(query);
    expect(status).toBe(400);
    const violations = body.error.details.flatMap((detail) => detail.fieldViolations);
    const violation = violations.find((one) => one.field.startsWith(field));
    expect(violation, JSON.stringify(body)).toBeDefined();
    expect(violation?.description).toMatch(expected);
    expect(body.message).toContain(violations[0]?.field);
  });

  test('that is not JSON is a 400 with the position', async () => {
    const { status, body } = await system.client.refusal('{"metrics": [}');
    expect([status, body.code]).toEqual([400, 'request.malformed']);
  });

  test('that is too large is a 413, with an unknown parameter a 400, with another method a 405', async () => {
    expect((await system.client.refusal({ ...good, filter: 'x'.repeat(2_100_000) })).status).toBe(413);
    expect((await system.client.request('/queries?state=completed')).status).toBe(400);
    expect((await system.client.request('/queries', { method: 'DELETE' })).status).toBe(405);
    expect((await system.client.request('/nothing')).status).toBe(404);
  });

  test.each([
    ['a broken percent escape', '/queries/%E0%A4%A'],
    ['a NUL', '/queries/%00'],
  ])('with %s in its path is a 400, not a 500', async (_, path) => {
    expect((await system.client.request(path)).status).toBe(400);
  });

  test('gets all its faults at once and enqueues nothing', async () => {
    const { body } = await system.client.refusal({
      metrics: [{ name: 'nope' }, { name: 'message_count', function: 'max' }],
      dimensions: ['nada'],
      timeRange: 'never',
      groupByTimeUnit: 'eon',
    });
    expect(body.error.details[0]?.fieldViolations).toHaveLength(5);
    const list = (await (await system.client.request('/queries')).json()) as { queries: unknown[] };
    expect(list.queries).toEqual([]);
  });
});

function manyDimensions(): string[] {
  return [
    ...[
      'access_token',
      'api_product',
      'apiproxy',
      'apiproxy_revision',
      'client_id',
      'developer',
      'developer_app',
    ],
    ...[
      'developer_email',
      'flow_resource',
      'gateway_flow_id',
      'virtual_host',
      'proxy_basepath',
      'proxy_pathsuffix',
    ],
    ...[
      'client_ip',
      'request_path',
      'request_uri',
      'request_verb',
      'useragent',
      'target',
      'target_host',
      'target_ip',
    ],
    ...['target_url', 'ax_geo_city', 'ax_geo_country', 'ax_geo_region'],
  ];
}
