import { expect, test } from 'vitest';
import { bindPlan, catalogue, type Plan } from '@hourglass/query';
import { chooseEngine, type EngineSettings } from '../../src/queries/choose-engine.ts';

const plan: Plan = {
  version: 1,
  dataset: 'api',
  tenant: { organization: 'acme', environment: 'prod', environmentId: 7 },
  range: { startMs: Date.UTC(2026, 2, 1), endExclusiveMs: Date.UTC(2026, 2, 2) },
  timeUnit: null,
  metrics: [{ metric: 'message_count', function: 'sum', alias: 'calls' }],
  dimensions: ['apiproxy'],
  filter: null,
  limitRows: null,
  output: { format: 'json' },
};
const auto: EngineSettings = { engine: 'auto', hasCluster: true, clusterMinFacts: 100 };
const nameFor = (facts: number, settings: EngineSettings, changes: Partial<Plan> = {}) =>
  chooseEngine(bindPlan({ ...plan, ...changes }, catalogue), facts, settings).name;

test('a report runs on the cluster from a number of facts on', () => {
  expect([99, 100].map((facts) => nameFor(facts, auto))).toEqual(['DuckDB', 'ClickHouse']);
});

test('the settings select one engine for all reports', () => {
  expect(nameFor(10 ** 12, { ...auto, engine: 'duckdb' })).toBe('DuckDB');
  expect(nameFor(0, { ...auto, engine: 'clickhouse' })).toBe('ClickHouse');
  expect(nameFor(10 ** 12, { ...auto, hasCluster: false })).toBe('DuckDB');
});

test('what the cluster computes to other bytes runs on DuckDB, whatever the settings are', () => {
  const all: EngineSettings = { ...auto, engine: 'clickhouse' };
  const estimate = { metric: 'client_ip', function: 'approx_distinct', alias: 'clients' } as const;
  expect(chooseEngine(bindPlan({ ...plan, metrics: [estimate] }, catalogue), 10 ** 12, all)).toEqual({
    name: 'DuckDB',
    reason: 'It runs here, because the estimate of approx_distinct depends on the engine.',
  });
});
