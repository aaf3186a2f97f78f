import { Command } from 'commander';
import { expect, test } from 'vitest';
import { withQueryWords, withWords, type QueryWords } from '../src/query-words.ts';

function bodyOf(args: readonly string[], body: unknown = {}): unknown {
  const command = withQueryWords(new Command())
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return withWords(body, command.parse([...args], { from: 'user' }).opts<QueryWords>());
}

test('each option is the property of the body that its help names', () => {
  const range = '2026-03-01T00:00:00Z..2026-03-02T00:00:00Z';
  const options = {
    '--dataset': 'orders',
    '--dimension': 'apiproxy',
    '--time-range': range,
    '--time-unit': 'day',
    '--time-zone': 'Europe/Warsaw',
    '--filter': "(apiproxy eq 'a')",
    '--having': '(calls gt 1)',
    '--order-by': 'calls:desc',
    '--limit': '20',
    '--compare-to': 'previousPeriod',
    '--format': 'csv',
    '--csv-delimiter': '|',
    '--display-name': 'Calls',
  };
  const flags = ['--others', '--fill-gaps', '--csv-bom', '--no-csv-header', '--csv-safe', '--no-reuse'];
  expect(bodyOf([...Object.entries(options).flat(), '--dimension', 'developer', ...flags])).toEqual({
    dataset: 'orders',
    dimensions: ['apiproxy', 'developer'],
    timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' },
    groupByTimeUnit: 'day',
    timeZone: 'Europe/Warsaw',
    filter: "(apiproxy eq 'a')",
    having: '(calls gt 1)',
    orderBy: [{ column: 'calls', direction: 'desc' }],
    limit: 20,
    others: true,
    compareTo: 'previousPeriod',
    fillGaps: true,
    outputFormat: 'csv',
    csvDelimiter: '|',
    csvBom: true,
    csvHeader: false,
    csvSafe: true,
    name: 'Calls',
    reuse: false,
  });
});

test.each([
  ['message_count', { name: 'message_count' }],
  ['sum(message_count)', { name: 'message_count', function: 'sum' }],
  ['p99.9(total_response_time) as worst', { name: 'total_response_time', function: 'p99.9', alias: 'worst' }],
  [
    'percentile(total_response_time, 97.5) AS p97',
    { name: 'total_response_time', function: 'percentile', percentile: 97.5, alias: 'p97' },
  ],
  ['count_distinct( client_ip )', { name: 'client_ip', function: 'count_distinct' }],
  [
    'share(sum(message_count)) as part',
    { name: 'message_count', function: 'sum', as: 'share', alias: 'part' },
  ],
  [
    'total(sum(message_count) within time)',
    { name: 'message_count', function: 'sum', as: 'total', within: 'time' },
  ],
  ['share(message_count)', { name: 'message_count', as: 'share' }],
])('the metric %j is %j', (text, metric) => {
  expect(bodyOf(['--metric', text])).toEqual({ metrics: [metric] });
});

test.each(['', 'sum(', 'sum()', 'sum(a b)', 'sum(a) as', 'sum(a) as b c', 'a, b', 'sum(min(a))'])(
  'the metric %j is refused with the form that is expected',
  (text) => {
    expect(() => bodyOf(['--metric', text])).toThrow(/expected "name", "function\(name\)"/);
  },
);

test.each([
  ['calls', { column: 'calls' }],
  ['calls:asc', { column: 'calls', direction: 'asc' }],
  ['a:b:desc', { column: 'a:b', direction: 'desc' }],
  ['a:b', { column: 'a:b' }],
])('the order %j is %j', (text, order) => {
  expect(bodyOf(['--order-by', text])).toEqual({ orderBy: [order] });
});

test('options replace properties of a file and leave the others; without options a body stays as it is', () => {
  const file = { metrics: [{ name: 'message_count' }], timeRange: 'last24hours', csvHeader: true };
  expect(bodyOf([], file)).toEqual(file);
  expect(bodyOf(['--time-range', 'lastMonth', '--limit', '5'], file)).toEqual({
    ...file,
    timeRange: 'lastMonth',
    limit: 5,
  });
  expect(bodyOf(['--limit', '5'], ['no object'])).toEqual(['no object']);
});
