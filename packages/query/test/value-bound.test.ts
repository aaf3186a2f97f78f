import { expect, test } from 'vitest';
import { bindPlan, catalogue, rankedRows, type Plan, type PlannedMetric } from '../src/index.ts';
import { examplePlan } from './facts-relation.ts';
import { modelCustomFields } from './filter-model.ts';

const p95: PlannedMetric = {
  metric: 'total_response_time',
  function: 'percentile',
  percentile: 95,
  alias: 'm',
};
const calls: PlannedMetric = { metric: 'message_count', function: 'sum', alias: 'calls' };
const choice = { sortBy: [1], descending: false, offset: 30, limit: 20, newestFirst: true };

function rankedOf(changes: Partial<Plan>) {
  const plan = examplePlan({
    dimensions: ['apiproxy'],
    metrics: [p95, calls],
    orderBy: [{ column: 'm', descending: true }],
    limitRows: 20,
    customFields: modelCustomFields,
    ...changes,
  });
  return rankedRows(bindPlan(plan, catalogue));
}

function isRankedBy(metric: Partial<PlannedMetric>): boolean {
  const { percentile: _, ...other } = p95;
  return rankedOf({ metrics: [{ ...other, ...metric }] }) !== null;
}

test('rows are bounded by values if they are ordered by a metric between the least and the greatest', () => {
  expect(rankedOf({})).toMatchObject({
    descending: true,
    wantedRows: 20,
    metricIndex: 0,
    column: 'total_response_time',
    percentile: 95,
  });
  for (const name of ['min', 'max', 'avg'] as const) expect(isRankedBy({ function: name })).toBe(true);
  expect(isRankedBy({ function: 'sum' })).toBe(false);
  expect(isRankedBy({ metric: 'tps', function: null })).toBe(false);
  expect(isRankedBy({ metric: 'apiproxy', function: 'count_distinct' })).toBe(false);
  expect(isRankedBy({ function: 'approx_percentile', percentile: 95 })).toBe(false);
  expect(isRankedBy({ function: 'max', operation: { operator: '*', value: '-1' } })).toBe(false);
  expect(isRankedBy({ function: 'sum', part: { of: 'share', within: 'range' } })).toBe(false);
});

test('rows are not bounded by floats, whose sums are rounded and which need not be numbers', () => {
  expect(isRankedBy({ metric: 'fees', function: 'max' })).toBe(true);
  expect(isRankedBy({ metric: 'dcRatio', function: 'max' })).toBe(false);
});

test('rows that depend on other rows or on rates are not bounded by values', () => {
  const range = { startMs: Date.UTC(2025, 0, 1), endExclusiveMs: Date.UTC(2026, 0, 1) };
  expect(rankedOf({ others: true })).toBeNull();
  expect(rankedOf({ comparedRange: range })).toBeNull();
  expect(rankedOf({ timeUnit: 'month', fillGaps: true })).toBeNull();
  expect(rankedOf({ targetCurrency: 'EUR' })).toBeNull();
  expect(rankedOf({ limitRows: null })).toBeNull();
  expect(rankedOf({ dimensions: [] })).toBeNull();
  expect(rankedOf({ orderBy: [{ column: 'apiproxy', descending: true }] })).toBeNull();
});

test('selected groups are bounded by their values over the whole range, up to the last of the page', () => {
  const { orderBy: _, ...plan } = examplePlan({
    metrics: [calls, { ...p95, percentile: 5 }],
    dimensions: ['apiproxy'],
  });
  const ranked = (changes: Partial<Plan>) =>
    rankedRows(bindPlan({ ...plan, timeUnit: 'day', ...changes }, catalogue));
  expect(ranked({ groups: choice })).toMatchObject({
    descending: false,
    wantedRows: 50,
    metricIndex: 1,
    percentile: 5,
    boundPlan: { plan: { timeUnit: null } },
  });
  expect(ranked({ groups: { ...choice, sortBy: [] } })).toBeNull();
  expect(ranked({ groups: { ...choice, limit: 0 } })).toBeNull();
  expect(ranked({ groups: { ...choice, sortBy: [0] } })).toBeNull();
});
