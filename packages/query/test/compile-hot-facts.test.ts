import { expect, test } from 'vitest';
import { catalogue, compileHotFactsCopy, hotFactsColumns } from '../src/index.ts';
import { examplePlan } from './facts-relation.ts';

const plan = examplePlan({
  metrics: [
    { metric: 'user_count', function: null, alias: `'; drop table hot_api_facts; --` },
    { metric: 'error_count', function: 'sum', alias: 'errors' },
    { metric: 'is_error', function: 'sum', alias: 'errors again' },
    { metric: 'fees', function: 'avg', alias: 'fees' },
  ],
  dimensions: ['created', 'ax_hour_of_day', 'environment', 'client_ip', 'apiproxy'],
  timeUnit: 'minute',
});

test('the columns a plan needs, each once, in the order in which they are stored', () => {
  expect(hotFactsColumns(plan, catalogue)).toEqual([
    { name: 'environment_id', type: 'integer' },
    { name: 'timestamp', type: 'timestamp' },
    { name: 'apiproxy', type: 'text' },
    { name: 'client_ip', type: 'text' },
    { name: 'created', type: 'timestamp' },
    { name: 'is_error', type: 'integer' },
    { name: 'fees', type: 'decimal' },
  ]);
  expect(
    hotFactsColumns(examplePlan({ dimensions: ['organization'] }), catalogue).map(({ name }) => name),
  ).toEqual(['environment_id', 'timestamp']);
});

test('the copy has no value of the plan in its text: they are settings of the transaction', () => {
  expect(compileHotFactsCopy(plan, catalogue)).toEqual({
    sql:
      `copy (select "environment_id" as "environment_id", "timestamp" at time zone 'UTC' as "timestamp", ` +
      `"apiproxy" as "apiproxy", "client_ip" as "client_ip", "created" at time zone 'UTC' as "created", ` +
      `"is_error" as "is_error", "fees" as "fees" from "hot_api_facts" ` +
      `where "environment_id" = current_setting('hourglass.environment_id')::integer ` +
      `and "timestamp" >= current_setting('hourglass.start')::timestamptz ` +
      `and "timestamp" < current_setting('hourglass.end_exclusive')::timestamptz) to stdout (format csv, header)`,
    settings: {
      'hourglass.environment_id': '7',
      'hourglass.start': '2026-01-01T00:00:00.000Z',
      'hourglass.end_exclusive': '2027-01-01T00:00:00.000Z',
      datestyle: 'ISO',
    },
  });
});
