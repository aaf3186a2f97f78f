import { expect, test } from 'vitest';
import { bindPlan, catalogue, compileHotFactsCopy, hotFactsColumns } from '../src/index.ts';
import { examplePlan } from './facts-relation.ts';

const plan = examplePlan({
  metrics: [
    { metric: 'user_count', function: null, alias: `'; drop table hot_api_facts; --` },
    { metric: 'error_count', function: 'sum', alias: 'errors' },
    { metric: 'is_error', function: 'sum', alias: 'errors again' },
    { metric: 'fees', function: 'avg', alias: 'fees' },
    { metric: 'tps', function: null, alias: 'tps' },
  ],
  dimensions: ['created', 'ax_hour_of_day', 'environment', 'client_ip', 'apiproxy'],
  timeUnit: 'minute',
  filter: {
    kind: 'or',
    parts: [
      { kind: 'null', field: 'target', negated: true },
      { kind: 'like', field: 'error_count', negated: false, pattern: '1%' },
      {
        kind: 'and',
        parts: [
          { kind: 'compare', field: 'ax_hour_of_day', type: 'text', operator: 'eq', value: '03' },
          { kind: 'compare', field: 'organization', type: 'text', operator: 'eq', value: 'acme' },
          { kind: 'in', field: 'policy_error', type: 'integer', negated: true, values: ['1'] },
        ],
      },
    ],
  },
});

test('hotFactsColumns lists each column of the plan once, in storage order', () => {
  expect(hotFactsColumns(bindPlan(plan, catalogue))).toEqual([
    { name: 'environment_id', type: 'integer' },
    { name: 'timestamp', type: 'timestamp' },
    { name: 'apiproxy', type: 'text' },
    { name: 'client_ip', type: 'text' },
    { name: 'target', type: 'text' },
    { name: 'created', type: 'timestamp' },
    { name: 'message_count', type: 'integer' },
    { name: 'is_error', type: 'integer' },
    { name: 'policy_error', type: 'integer' },
    { name: 'fees', type: 'decimal' },
  ]);
  expect(
    hotFactsColumns(bindPlan(examplePlan({ dimensions: ['organization'] }), catalogue)).map(
      ({ name }) => name,
    ),
  ).toEqual(['environment_id', 'timestamp']);
});

test('the copy statement contains no value of the plan; values are transaction settings', () => {
  expect(compileHotFactsCopy(bindPlan(plan, catalogue))).toEqual({
    sql:
      `copy (select "environment_id" as "environment_id", "timestamp" at time zone 'UTC' as "timestamp", ` +
      `"apiproxy" as "apiproxy", "client_ip" as "client_ip", "target" as "target", ` +
      `"created" at time zone 'UTC' as "created", "message_count" as "message_count", ` +
      `"is_error" as "is_error", "policy_error" as "policy_error", "fees" as "fees" from "hot_api_facts_in_scope" ` +
      `where "environment_id" = current_setting('hourglass.environment_id')::integer ` +
      `and "timestamp" >= current_setting('hourglass.start')::timestamptz ` +
      `and "timestamp" < current_setting('hourglass.end_exclusive')::timestamptz) to stdout (format csv, header)`,
    settings: {
      'hourglass.environment_id': '7',
      'hourglass.start': '2026-01-01T00:00:00.000Z',
      'hourglass.end_exclusive': '2027-01-01T00:00:00.000Z',
      datestyle: 'ISO',
      extra_float_digits: '1',
    },
  });
});
