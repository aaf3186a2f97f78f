import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { suiteSize } from '@hourglass/testing';
import { planQuery, requestOfPlan, type Plan, type QueryRequest } from '../src/index.ts';
import { context } from './random-facts.ts';
import { stagedRequests } from './random-staged.ts';

const planOf = (request: QueryRequest): Plan => {
  const planned = planQuery(request, context);
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return planned.plan;
};

const outputs = fc.oneof(
  fc.constant({}),
  fc.record({ outputFormat: fc.constantFrom('json', 'parquet', 'xlsx') }),
  fc.record({
    ...{ outputFormat: fc.constant('csv'), csvDelimiter: fc.constantFrom(',', '|', '\t') },
    ...{ csvBom: fc.boolean(), csvHeader: fc.boolean(), csvSafe: fc.boolean() },
  }),
);

test('the request made of a plan has the same plan', () => {
  fc.assert(
    fc.property(stagedRequests, outputs, ({ request }, output) => {
      const plan = planOf({ ...request, ...output });
      const again = requestOfPlan(plan);
      // As a client receives it.
      expect(planOf(JSON.parse(JSON.stringify(again)) as QueryRequest)).toEqual(plan);
    }),
    { numRuns: suiteSize({ short: 300, full: 3000 }) },
  );
});

test('the request keeps columns whose names are no words, a percentile of 100, and leaves defaults out', () => {
  const request: QueryRequest = {
    metrics: [
      { name: 'total_response_time', function: 'percentile', percentile: 100, alias: 'the "worst" case' },
      { name: 'message_count', function: 'sum' },
    ],
    timeRange: { start: '2026-01-01T00:00:00.000Z', end: '2026-01-02T00:00:00.000Z' },
    having: '"the ""worst"" case" gt \'5\' and (sum_message_count is null or sum_message_count lt -2)',
    outputFormat: 'json',
  };
  expect(requestOfPlan(planOf(request))).toEqual(request);
});

test.each([
  [
    'a choice of groups',
    { groups: { sortBy: [], descending: false, offset: 0, limit: 1, newestFirst: false } },
  ],
  ['rows of facts', { perFact: { orderedBy: [] } }],
  ['a currency', { targetCurrency: 'EUR' }],
  ['a unit of statistics', { timeUnit: 'quarter' }],
] as const)('a plan with %s has no request', (_name, members) => {
  const plan = planOf({ dimensions: ['apiproxy'], timeRange: 'today' });
  expect(requestOfPlan({ ...plan, ...members })).toBeNull();
});
