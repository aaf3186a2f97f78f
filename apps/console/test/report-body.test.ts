import { describe, expect, test } from 'vitest';
import { columnsOf } from '../src/report/columns.ts';
import { curlCommand, submitCommand } from '../src/report/commands.ts';
import { prepareEstimate } from '../src/report/estimate.ts';
import { faultsOf, otherFaults } from '../src/report/faults.ts';
import { fieldsOf, functionsIn, matchesSearch } from '../src/report/fields.ts';
import {
  bodyOf,
  otherMembers,
  parseBody,
  withDataset,
  withFormat,
  withItem,
  withMember,
  type ReportBody,
} from '../src/report/report-body.ts';
import { dimensionsOf, metricsOf, ordersOf } from '../src/report/shape.ts';

const body: ReportBody = {
  metrics: [{ name: 'message_count', function: 'sum' }],
  dimensions: ['apiproxy'],
  timeRange: 'last24hours',
  groupByTimeUnit: 'hour',
};
const functions: Readonly<Record<string, readonly string[]>> = {
  message_count: ['sum'],
  total_response_time: ['avg', 'sum', 'percentile'],
  cost: ['avg', 'max'],
  tps: [],
};
const functionsOf = (metric: string) => functions[metric] ?? [];

describe('a change of the form', () => {
  test('keeps every member that the form does not show', () => {
    const pasted = { ...body, csvBom: true, reuse: false, compareTo: 'previousYear' };
    expect(withMember(pasted, 'limit', 5)).toEqual({ ...pasted, limit: 5 });
    expect(otherMembers(pasted)).toEqual(['csvBom', 'reuse']);
  });

  test('removes what is empty, because the API refuses an empty filter', () => {
    expect(withMember({ ...body, filter: 'x' }, 'filter', '')).toEqual(body);
    expect(withMember({ ...body, limit: 5 }, 'limit', undefined)).toEqual(body);
    expect(withMember(body, 'dimensions', [])).not.toHaveProperty('dimensions');
  });

  test('of a list concerns one item', () => {
    expect(withItem(['a', 'b'], 1, 'c')).toEqual(['a', 'c']);
    expect(withItem(['a', 'b'], 2, 'c')).toEqual(['a', 'b', 'c']);
    expect(withItem(['a', 'b'], 0, null)).toEqual(['b']);
  });

  test('of the dataset keeps range, zone and format only', () => {
    const full = { ...body, timeZone: 'Europe/Warsaw', outputFormat: 'xlsx', filter: 'x', limit: 3 };
    const kept = { timeRange: 'last24hours', timeZone: 'Europe/Warsaw', outputFormat: 'xlsx' };
    expect(withDataset(full, 'orders')).toEqual({ dataset: 'orders', ...kept });
    expect(withDataset({ ...full, dataset: 'orders' }, 'api')).toEqual(kept);
  });

  test('of the format takes the options of CSV along', () => {
    const csv = { ...body, outputFormat: 'csv', csvBom: true, csvDelimiter: '|' };
    expect(withFormat(csv, 'csv')).toEqual(csv);
    expect(withFormat(csv, 'parquet')).toEqual({ ...body, outputFormat: 'parquet' });
    expect(withFormat(csv, 'json')).toEqual(body);
  });
});

describe('a pasted body', () => {
  test('is any JSON object; another text keeps the form and names the reason', () => {
    expect(parseBody('{"timeRange": "today"}')).toEqual({ body: { timeRange: 'today' } });
    expect(parseBody('{"timeRange": ')).toEqual({ error: expect.stringMatching(/./) });
    for (const text of ['[]', 'null', '5', '"x"']) expect(parseBody(text)).toEqual({ error: null });
    expect(bodyOf(null)).toBeNull();
    expect(bodyOf('[]')).toBeNull();
    expect(bodyOf(JSON.stringify(body))).toEqual(body);
  });

  test('with members of any shape is shown as far as it has that of the contract', () => {
    const wrong = {
      metrics: [5, null, { name: 1 }, { name: 'tps' }],
      dimensions: 'apiproxy',
      orderBy: [{}, { column: 'x' }],
    };
    const pasted = wrong as unknown as ReportBody;
    expect(metricsOf(pasted)).toEqual([{ name: 'tps' }]);
    expect(dimensionsOf(pasted)).toEqual([]);
    expect(ordersOf(pasted)).toEqual([{ column: 'x' }]);
  });
});

test('the columns are those of docs/reference/api-queries.md', () => {
  const metrics = [
    { name: 'message_count' },
    { name: 'total_response_time' },
    { name: 'cost' },
    { name: 'tps' },
    { name: 'message_count', alias: 'calls' },
    { name: 'client_ip', function: 'count_distinct' },
  ];
  expect(columnsOf({ ...body, metrics }, functionsOf)).toEqual([
    ...[
      'sum_message_count',
      'sum_total_response_time',
      'avg_cost',
      'tps',
      'calls',
      'count_distinct_client_ip',
    ],
    ...['apiproxy', 'hour'],
  ]);
});

test('commands survive every quote of a filter', () => {
  const target = { origin: 'http://127.0.0.1:8080', organization: 'acme', environment: 'a b' };
  const quoted = { ...body, filter: "apiproxy eq 'it''s' and x eq '$(reboot)`'" };
  const curl = curlCommand(target, quoted);
  expect(curl).toContain('http://127.0.0.1:8080/v1/organizations/acme/environments/a%20b/queries');
  // The last argument, as a POSIX shell reads it.
  const argument = curl
    .slice(curl.indexOf('-d ') + 3)
    .replaceAll(String.raw`'\''`, '\u0000')
    .replaceAll("'", '');
  expect(JSON.parse(argument.replaceAll('\u0000', "'"))).toEqual(quoted);
  expect(submitCommand(target, quoted)).toMatch(/^hourglass submit --org acme --env 'a b' - <<'REPORT'\n\{/);
});

test('a fault is shown at the member that it concerns, and others with their field', () => {
  const faults = [
    { field: 'metrics[1].name', message: 'one' },
    { field: 'metrics[10]', message: 'two' },
    { field: 'filter', message: 'three' },
    { field: 'reuse', message: 'four' },
    { field: 'filters', message: 'five' },
  ];
  expect(faultsOf(faults, 'metrics[1]')).toEqual(['one']);
  expect(faultsOf(faults, 'metrics')).toEqual(['one', 'two']);
  expect(faultsOf(faults, 'filter')).toEqual(['three']);
  expect(otherFaults(faults)).toEqual(['reuse: four', 'filters: five']);
});

test('fields are found by words of name and description, also in full-width letters', () => {
  const properties = { createTime: '0', custom: 'false' as const, type: 'integer' as const };
  const fields = fieldsOf(
    {
      meta: [],
      dimensions: [
        { name: 'response_status_code', properties: { ...properties, description: 'HTTP status.' } },
      ],
      metrics: [
        { name: 'tps', properties: { ...properties, description: 'Rate.', unit: 'calls', functions: [] } },
      ],
    },
    (text) => text,
  );
  const [status] = fields.dimensions;
  if (status === undefined) throw new Error('unreachable');
  for (const search of [
    '',
    'status',
    'STATUS code',
    'response_st',
    'http resp',
    'statuscode',
    'ｓｔａｔｕｓ',
  ]) {
    expect([search, matchesSearch(status, search)]).toEqual([search, true]);
  }
  expect(matchesSearch(status, 'status proxy')).toBe(false);
  expect(functionsIn(fields)('tps')).toEqual([]);
});

test('an estimate has the digits of the language, and says when groups are unknown', () => {
  const explained = {
    ...{ rowsScanned: 1_234_567, bytesScanned: 52_300_000, estimatedGroups: null, estimatedSeconds: 1.26 },
    ...{ segments: { scanned: 1, live: 2 }, hotFacts: { rows: 0, exact: true } },
  };
  expect(prepareEstimate(explained, 'en')).toEqual({
    ...{ rowsScanned: '1,234,567', bytesScanned: '52.3 MB', groups: null, seconds: '1.3 seconds' },
  });
  expect(prepareEstimate({ ...explained, estimatedGroups: 12, estimatedSeconds: 88.4 }, 'pl')).toMatchObject({
    ...{ rowsScanned: '1\u00A0234\u00A0567', groups: '12', seconds: '89 sekund' },
  });
  expect(prepareEstimate({ ...explained, estimatedSeconds: 5000 }, 'en').seconds).toBe('84 minutes');
});
