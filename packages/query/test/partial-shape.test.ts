import { describe, expect, test } from 'vitest';
import {
  bindPlan,
  catalogue,
  coversShape,
  isCoverable,
  partialShape,
  planQuery,
  type PartialShape,
  type Plan,
  type QueryRequest,
} from '../src/index.ts';

const tenant = { organization: 'acme', environment: 'prod', environmentId: 7 };
const timeRange = { start: '2026-03-01T00:00:00Z', end: '2026-04-01T00:00:00Z' };
const calls = { name: 'message_count', function: 'sum' } as const;
const dayMs = 86_400_000;

type PartialRequest = Partial<QueryRequest>;

function planOf(request: PartialRequest): Plan {
  const planned = planQuery(
    { metrics: [calls], timeRange, ...request },
    {
      ...{ catalogue, dataset: 'api', tenant, nowMs: Date.parse(timeRange.end) },
    },
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return planned.plan;
}

function shapeOf(request: PartialRequest, changes: Partial<Plan> = {}): PartialShape | null {
  return partialShape(bindPlan({ ...planOf(request), ...changes }, catalogue), 'v1');
}

function knownShape(request: PartialRequest): PartialShape {
  const shape = shapeOf(request);
  if (shape === null) throw new Error('the report needs facts');
  return shape;
}

describe('the unit of time of partials', () => {
  test.each<[string, PartialRequest, string]>([
    ['seconds', { groupByTimeUnit: 'second' }, 'second'],
    ['minutes', { groupByTimeUnit: 'minute' }, 'minute'],
    ['hours', { groupByTimeUnit: 'hour' }, 'hour'],
    ['days', { groupByTimeUnit: 'day' }, 'day'],
    ['weeks', { groupByTimeUnit: 'week' }, 'day'],
    ['months', { groupByTimeUnit: 'month' }, 'day'],
    ['no time', {}, 'day'],
    ['the hour of the day', { dimensions: ['ax_hour_of_day'] }, 'hour'],
    [
      'distinct hours of the day',
      { metrics: [{ name: 'ax_hour_of_day', function: 'count_distinct' }] },
      'hour',
    ],
    ['the day of the week', { dimensions: ['ax_day_of_week'] }, 'day'],
    ['days in Warsaw', { groupByTimeUnit: 'day', timeZone: 'Europe/Warsaw' }, 'hour'],
    ['days in Kolkata', { groupByTimeUnit: 'day', timeZone: 'Asia/Kolkata' }, 'minute'],
    ['days in UTC by name', { groupByTimeUnit: 'day', timeZone: 'UTC' }, 'day'],
    ['hours 90 minutes east', { groupByTimeUnit: 'hour', utcOffsetMinutes: 90 }, 'minute'],
    [
      'days compared with a range that begins at an hour',
      { groupByTimeUnit: 'day', compareTo: { start: '2026-01-29T07:00:00Z', end: '2026-03-01T07:00:00Z' } },
      'hour',
    ],
  ])('of a report by %s', (_, request, resolution) => {
    expect(knownShape(request).resolution).toBe(resolution);
  });

  test('does not exist for an offset with a fraction of a second', () => {
    const offsets = [{ fromMs: 0, offsetSeconds: 0.5 }];
    expect(shapeOf({ groupByTimeUnit: 'day' }, { timeZone: { name: 'x', offsets } })).toBeNull();
  });
});

test.each<[string, PartialRequest]>([
  ['percentiles', { metrics: [{ name: 'total_response_time', function: 'p95' }] }],
  ['estimated percentiles', { metrics: [{ name: 'total_response_time', function: 'approx_p95' }] }],
  ['estimated numbers', { metrics: [{ name: 'client_ip', function: 'approx_distinct' }] }],
])('%s need facts', (_, request) => {
  expect(shapeOf(request)).toBeNull();
});

test('converted amounts and rows of single facts need facts', () => {
  expect(shapeOf({}, { targetCurrency: 'EUR' })).toBeNull();
  expect(shapeOf({}, { perFact: { orderedBy: [] } })).toBeNull();
});

test('averages, extremes and distinct numbers are computed from sums, counts, extremes and keys', () => {
  const { keys, measures } = knownShape({
    metrics: [
      { name: 'total_response_time', function: 'avg' },
      { name: 'total_response_time', function: 'max', alias: 'slowest' },
      { name: 'response_size', function: 'min' },
      { name: 'client_ip', function: 'count_distinct' },
    ],
    dimensions: ['apiproxy', 'organization'],
  });
  expect(keys.map(({ name }) => name).toSorted()).toEqual(['apiproxy', 'client_ip']);
  expect(measures.map(({ column, aggregate }) => `${aggregate} ${column.name}`).toSorted()).toEqual(
    [
      'count total_response_time',
      'max total_response_time',
      'min response_size',
      'sum total_response_time',
    ].toSorted(),
  );
});

test('a report with the same parts in another order or range, or under other names, has the same shape', () => {
  const one = knownShape({
    metrics: [calls, { name: 'response_size', function: 'sum' }],
    dimensions: ['apiproxy', 'request_verb'],
  });
  const other = knownShape({
    metrics: [{ name: 'response_size', function: 'sum', alias: 'bytes' }, calls],
    dimensions: ['request_verb', 'apiproxy'],
    timeRange: { start: '2026-03-07T00:00:00Z', end: '2026-03-08T00:00:00Z' },
    orderBy: [{ column: 'bytes' }],
    limit: 3,
  });
  expect(other).toEqual(one);
});

test.each<[string, PartialRequest]>([
  ['environments', {}],
  ['filters', { filter: "(request_verb eq 'GET')" }],
])('partials of different %s are different', (name, request) => {
  const changed = name === 'environments' ? { tenant: { ...tenant, environmentId: 8 } } : {};
  expect(shapeOf(request, changed)?.id).not.toBe(shapeOf({})?.id);
});

test('a shape covers shorter lists and longer units of time, not the other way around', () => {
  const fine = knownShape({
    metrics: [calls, { name: 'response_size', function: 'sum' }],
    dimensions: ['apiproxy', 'request_verb'],
    groupByTimeUnit: 'hour',
  });
  const coarse = knownShape({ dimensions: ['apiproxy'], groupByTimeUnit: 'week' });
  expect([coversShape(fine, coarse), coversShape(coarse, fine)]).toEqual([true, false]);
});

test('a shape of all facts covers filters of its keys, and no other filter', () => {
  const all = knownShape({ dimensions: ['apiproxy', 'request_verb'], groupByTimeUnit: 'hour' });
  const covers = (filter: string, dimensions = ['apiproxy']) =>
    coversShape(all, knownShape({ filter, dimensions }));
  expect(covers("(request_verb eq 'GET')")).toBe(true);
  expect(covers("(request_verb eq 'GET')", [])).toBe(true);
  expect(covers("(request_verb eq 'GET' or apiproxy like 'p%')")).toBe(true);
  expect(covers("(request_verb eq 'GET' and target eq 'x')")).toBe(false);
  // The hour of a fact is in the partial, but not as a key.
  expect(covers("(ax_hour_of_day eq '07')")).toBe(false);
  const some = knownShape({ filter: "(request_verb eq 'GET')", dimensions: ['apiproxy', 'request_verb'] });
  expect(coversShape(some, knownShape({ dimensions: ['apiproxy'] }))).toBe(false);
  expect(coversShape(some, knownShape({ filter: "(request_verb eq 'PUT')", dimensions: ['apiproxy'] }))).toBe(
    false,
  );
});

describe('a segment from 05:30 to 23:00 of 10 March', () => {
  const segment = {
    firstMs: Date.parse('2026-03-10T05:30:00Z'),
    lastMs: Date.parse('2026-03-10T23:00:00Z'),
    deletions: [],
  };
  const within = (start: string, end: string, changes = {}, resolution: PartialShape['resolution'] = 'day') =>
    isCoverable(
      { ...segment, ...changes },
      { plan: planOf({ timeRange: { start, end } }), resolution, expiredBeforeMs: null },
    );

  test.each([
    ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z', true],
    ['2026-03-01T10:07:00Z', '2026-03-30T10:07:00Z', true],
    // Within its first day, before its first fact: the partial has facts of that day before the start.
    ['2026-03-10T05:00:00Z', '2026-03-30T00:00:00Z', false],
    ['2026-03-10T00:00:00Z', '2026-03-11T00:00:00Z', true],
    ['2026-03-10T12:00:00Z', '2026-03-30T00:00:00Z', false],
    ['2026-03-01T00:00:00Z', '2026-03-10T23:00:00Z', false],
    ['2026-03-01T00:00:00Z', '2026-03-10T23:00:01Z', true],
  ])('is covered within %s and %s: %s', (start, end, expected) => {
    expect(within(start, end)).toBe(expected);
  });

  test('is covered up to a boundary of its units of time', () => {
    expect(within('2026-03-10T12:00:00Z', '2026-03-30T00:00:00Z', {}, 'hour')).toBe(true);
    expect(within('2026-03-10T12:00:01Z', '2026-03-30T00:00:00Z', {}, 'hour')).toBe(false);
  });

  test('is not covered while it hides facts', () => {
    const month = ['2026-03-01T00:00:00Z', '2026-04-01T00:00:00Z'] as const;
    const deleted = { startMs: segment.lastMs, endExclusiveMs: segment.lastMs + 1 };
    const later = { startMs: segment.lastMs + 1, endExclusiveMs: segment.lastMs + dayMs };
    const earlier = { startMs: 0, endExclusiveMs: segment.firstMs };
    expect(within(...month, { deletions: [{ batchSeq: '3' }] })).toBe(false);
    expect(within(...month, { deletions: [deleted] })).toBe(false);
    expect(within(...month, { deletions: [earlier, later] })).toBe(true);
    const plan = planOf({ timeRange: { start: month[0], end: month[1] } });
    const expired = (expiredBeforeMs: number) =>
      isCoverable(segment, { plan, resolution: 'day', expiredBeforeMs });
    expect([expired(segment.firstMs), expired(segment.firstMs + 1)]).toEqual([true, false]);
  });
});
