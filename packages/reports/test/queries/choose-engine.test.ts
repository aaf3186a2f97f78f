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
  chooseEngine(bindPlan({ ...plan, ...changes }, catalogue), { facts, segments: [] }, settings).name;

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
  const boundPlan = bindPlan({ ...plan, metrics: [estimate] }, catalogue);
  expect(chooseEngine(boundPlan, { facts: 10 ** 12, segments: [] }, all)).toEqual({
    name: 'DuckDB',
    reason: 'It runs here, because the estimate of approx_distinct depends on the engine.',
  });
});

test('a report over more than 1,000 deletions runs on DuckDB, whatever the settings are', () => {
  const all: EngineSettings = { ...auto, engine: 'clickhouse' };
  const deletions = (first: number, count: number) =>
    Array.from({ length: count }, (_, index) => ({ batchSeq: String(first + index) }));
  const chosen = (...ofSegments: readonly { readonly batchSeq: string }[][]) => {
    const segments = ofSegments.map((each) => ({ deletions: each }));
    return chooseEngine(bindPlan(plan, catalogue), { facts: 10 ** 12, segments }, all);
  };
  expect(chosen(deletions(0, 1_000), deletions(500, 500)).name).toBe('ClickHouse');
  expect(chosen(deletions(0, 500), deletions(500, 501))).toEqual({
    name: 'DuckDB',
    reason: 'Its segments still contain the facts of more than 1000 deletions.',
  });
});
