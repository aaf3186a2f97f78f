import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogue, planQuery, planStats, type MetricRequest } from '../src/index.ts';
import { environmentId, openDuckDB, type Fact } from './facts-relation.ts';

let duckdb: Awaited<ReturnType<typeof openDuckDB>>;
beforeAll(async () => {
  duckdb = await openDuckDB();
});
afterAll(() => duckdb.close());

const tenant = { organization: 'acme', environment: 'prod', environmentId };
const context = { catalogue, dataset: 'api', tenant, nowMs: Date.UTC(2026, 3, 1) };
const timeRange = { start: '2026-03-01T00:00:00Z', end: '2026-03-02T00:00:00Z' };
const facts: readonly Fact[] = [
  { total_response_time: 10, fees: '0.100000', client_ip: '192.0.2.1', created: '2026-03-01T00:00:00.0001Z' },
  { total_response_time: 20, fees: '0.200000', client_ip: '192.0.2.2', created: '2026-03-01T00:00:00.0009Z' },
  { total_response_time: 40, client_ip: '192.0.2.1' },
  { total_response_time: 110 },
  {},
].map((fact) => ({ timestamp: '2026-03-01T12:00:00Z', ...fact }));

function planOf(metrics: readonly MetricRequest[]) {
  return planQuery({ metrics, timeRange }, context);
}

async function valuesOf(...metrics: MetricRequest[]) {
  const planned = planOf(metrics.map((metric, index) => ({ ...metric, alias: `m${index}` })));
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return (await duckdb.report(planned.plan, facts)).rows[0];
}

function faultsOf(metric: MetricRequest) {
  const planned = planOf([metric]);
  return planned.ok ? [] : planned.faults.map(({ field, message }) => `${field}: ${message}`);
}

describe('a percentile', () => {
  test('is interpolated between the two nearest ranks, without facts that have no value', async () => {
    const name = 'total_response_time';
    const found = await valuesOf(
      { name, function: 'p50' },
      { name, function: 'p90' },
      { name, function: 'percentile', percentile: 0 },
      { name, function: 'percentile', percentile: 100 },
      { name, function: 'percentile', percentile: 50 },
      { name: 'fees', function: 'percentile', percentile: 25 },
    );
    // Ranks 1.5 and 2.7 of 10, 20, 40, 110; rank 0.25 of 0.1, 0.2.
    expect(found?.map((value) => Number(value).toFixed(9))).toEqual(
      [30, 89, 10, 110, 30, 0.125].map((value) => value.toFixed(9)),
    );
  });

  test('can be estimated by name, within the values', async () => {
    const name = 'total_response_time';
    const [estimate] =
      (await valuesOf(
        { name, function: 'approx_percentile', percentile: 95 },
        { name, function: 'approx_p50' },
      )) ?? [];
    expect(estimate).toBeGreaterThanOrEqual(40);
    expect(estimate).toBeLessThanOrEqual(110);
  });

  test('of a short name is named by it, and a function with a percentile likewise', () => {
    const name = 'total_response_time';
    const planned = planOf([
      { name, function: 'p99.9' },
      { name, function: 'percentile', percentile: 97.5 },
      { name, function: 'approx_percentile', percentile: 5 },
    ]);
    expect(planned.ok && planned.plan.metrics.map(({ alias }) => alias)).toEqual([
      'p99.9_total_response_time',
      'p97.5_total_response_time',
      'approx_p5_total_response_time',
    ]);
  });

  test('is a column of statistics under the name that select gives it', () => {
    const planned = planStats(
      {
        select: 'p95(total_response_time),count_distinct(client_ip)',
        dimensions: [],
        timeRange: '03/01/2026 00:00~03/02/2026 00:00',
      },
      context,
    );
    expect(planned.ok && planned.plan.metrics).toEqual([
      {
        metric: 'total_response_time',
        function: 'percentile',
        percentile: 95,
        alias: 'p95(total_response_time)',
      },
      { metric: 'client_ip', function: 'count_distinct', alias: 'count_distinct(client_ip)' },
    ]);
  });

  test.each<[MetricRequest, string]>([
    [
      { name: 'total_response_time', function: 'percentile' },
      'metrics[0].percentile: the function percentile has no percentile; expected a number from 0 to 100, or a function such as p95',
    ],
    [
      { name: 'total_response_time', function: 'percentile', percentile: 100.001 },
      'metrics[0].percentile: 100.001 is not a percentile; expected a number from 0 to 100',
    ],
    [
      { name: 'total_response_time', function: 'percentile', percentile: -0.001 },
      'metrics[0].percentile: -0.001 is not a percentile; expected a number from 0 to 100',
    ],
    [
      { name: 'total_response_time', function: 'p95', percentile: 95 },
      'metrics[0].percentile: 95 is stated with the function "p95"; expected a percentile only with percentile or approx_percentile',
    ],
    [
      { name: 'total_response_time', percentile: 95 },
      'metrics[0].percentile: 95 is stated without a function; expected a percentile only with percentile or approx_percentile',
    ],
    [
      { name: 'message_count', function: 'p95' },
      'metrics[0].function: the metric "message_count" has no function "p95"; expected sum',
    ],
    [
      { name: 'total_response_time', function: 'p100' },
      'metrics[0].function: the metric "total_response_time" has no function "p100"; expected sum, avg, min, max, percentile, approx_percentile',
    ],
    [
      { name: 'client_ip', function: 'p95' },
      'metrics[0].name: "client_ip" is a dimension, not a metric; expected it under dimensions, or with the function count_distinct',
    ],
  ])('%j is refused', (metric, fault) => {
    expect(faultsOf(metric)).toEqual([fault]);
  });
});

describe('a distinct count', () => {
  test('counts the values of any dimension, without facts that have none', async () => {
    const found = await valuesOf(
      { name: 'client_ip', function: 'count_distinct' },
      // Reports show milliseconds, so both are one value.
      { name: 'created', function: 'count_distinct' },
      { name: 'ax_hour_of_day', function: 'count_distinct' },
      { name: 'organization', function: 'count_distinct' },
      { name: 'developer', function: 'count_distinct' },
      { name: 'client_ip', function: 'approx_distinct' },
    );
    expect(found).toEqual(['2', '1', '1', '1', '0', '2']);
  });

  test.each<[MetricRequest, string]>([
    [
      { name: 'total_response_time', function: 'count_distinct' },
      'metrics[0].name: "total_response_time" is a metric; expected a dimension with the function count_distinct',
    ],
    [
      { name: 'client_ips', function: 'approx_distinct' },
      'metrics[0].name: "client_ips" is not a dimension; expected one of the dimensions of "api" with approx_distinct. Did you mean "client_ip"?',
    ],
    [
      { name: 'client_ip', function: 'count_distinct', percentile: 5 },
      'metrics[0].percentile: 5 is stated with the function "count_distinct"; expected a percentile only with percentile or approx_percentile',
    ],
  ])('%j is refused', (metric, fault) => {
    expect(faultsOf(metric)).toEqual([fault]);
  });
});
