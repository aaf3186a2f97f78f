import { expect, test } from 'vitest';
import { catalogue, planQuery, type Plan, type QueryRequest } from '../src/index.ts';

const nowMs = Date.UTC(2026, 2, 1, 12, 30, 15, 123);
const tenant = { organization: 'myorg', environment: 'test', environmentId: 3 };

const calls = { metric: 'message_count', function: 'sum', alias: 'sum_message_count' } as const;
const averageTime = {
  metric: 'total_response_time',
  function: 'avg',
  alias: 'average_response_time',
} as const;
const byMinute = { dimensions: ['apiproxy'], groupByTimeUnit: 'minute', limit: 1000 };
const november = { start: '2018-11-01T11:00:00Z', end: '2018-11-30T11:00:00Z' };
const novemberRange = { startMs: Date.UTC(2018, 10, 1, 11), endExclusiveMs: Date.UTC(2018, 10, 30, 11) };
const lastHour = { startMs: nowMs - 3_600_000, endExclusiveMs: nowMs };

// The request bodies in the contract's documentation.
const examples: [title: string, request: QueryRequest, plan: Partial<Plan>][] = [
  [
    'the opening example',
    {
      metrics: [{ name: 'message_count', function: 'sum', alias: 'sum_txn' }],
      dimensions: ['apiproxy'],
      timeRange: 'last24hours',
      limit: 14_400,
    },
    {
      metrics: [{ ...calls, alias: 'sum_txn' }],
      range: { startMs: nowMs - 86_400_000, endExclusiveMs: nowMs },
      timeUnit: null,
      limitRows: 14_400,
    },
  ],
  [
    '1, sum of calls',
    { ...byMinute, metrics: [{ name: 'message_count', function: 'sum' }], timeRange: 'last60minutes' },
    { metrics: [calls], range: lastHour },
  ],
  [
    '2, a range of its own',
    {
      ...byMinute,
      metrics: [
        { name: 'message_count', function: 'sum' },
        { name: 'total_response_time', function: 'avg', alias: 'average_response_time' },
      ],
      timeRange: november,
    },
    { metrics: [calls, averageTime], range: novemberRange },
  ],
  [
    '3, transactions per minute',
    {
      ...byMinute,
      metrics: [{ name: 'tpm' }],
      timeRange: { start: '2018-07-01T11:00:00Z', end: '2018-07-30T11:00:00Z' },
    },
    {
      metrics: [{ metric: 'tpm', function: null, alias: 'tpm' }],
      range: { startMs: Date.UTC(2018, 6, 1, 11), endExclusiveMs: Date.UTC(2018, 6, 30, 11) },
    },
  ],
  [
    '4, a filter',
    {
      ...byMinute,
      metrics: [
        { name: 'message_count', function: 'sum' },
        { name: 'total_response_time', function: 'avg', alias: 'average_response_time' },
      ],
      filter: '(apiproxy ne \u0027proxy_1\u0027) and (apiproxy ne \u0027proxy_2\u0027)',
      timeRange: november,
    },
    {
      metrics: [calls, averageTime],
      filter: {
        kind: 'and',
        parts: [
          { kind: 'compare', field: 'apiproxy', type: 'text', operator: 'ne', value: 'proxy_1' },
          { kind: 'compare', field: 'apiproxy', type: 'text', operator: 'ne', value: 'proxy_2' },
        ],
      },
      range: novemberRange,
    },
  ],
  [
    '5, an operator',
    {
      ...byMinute,
      limit: 10,
      metrics: [{ name: 'message_count', function: 'sum', operator: '/', value: '7' }],
      timeRange: 'last60minutes',
    },
    {
      metrics: [{ ...calls, operation: { operator: '/', value: '7' } }],
      range: lastHour,
      limitRows: 10,
    },
  ],
];

test.each(examples)("plans the contract's example: %s", (_title, request, expected) => {
  expect(planQuery(request, { catalogue, dataset: 'api', tenant, nowMs })).toEqual({
    ok: true,
    plan: {
      version: 1,
      dataset: 'api',
      tenant,
      timeUnit: 'minute',
      dimensions: ['apiproxy'],
      filter: null,
      limitRows: 1000,
      output: { format: 'json' },
      ...expected,
    },
  });
});
