import { describe, expect, test } from 'vitest';
import { bindPlan, catalogue, type Plan } from '@hourglass/query';
import type { FactObjects } from '@hourglass/reports';
import { planOf, startMs } from '../../engine-duckdb/test/hot-facts-file.ts';
import { clusterFacts } from '../src/cluster-facts.ts';

const cluster = { name: 'hourglass', collection: 'hourglass_store' };
const hourMs = 3_600_000;
const object = (name: string, hour: number, deletions: FactObjects['objects'][number]['deletions'] = []) => ({
  key: `segments/7/api/${name}.parquet`,
  facts: 10,
  firstMs: startMs + hour * hourMs,
  lastMs: startMs + (hour + 1) * hourMs - 1,
  deletions,
});
const relationOf = (plan: Plan, facts: Pick<FactObjects, 'objects'>, expiredBeforeMs: number | null = null) =>
  clusterFacts(
    bindPlan(plan, catalogue),
    { ...facts, expiredBeforeMs, hotFactsPath: '', hotRows: 0, watermark: null, takenAt: new Date(0) },
    'cluster',
    cluster,
  );

describe('the relation of facts on a cluster', () => {
  test('names the collection and the objects of the range, and no key of the store', () => {
    const objects = [object('early', -2), object('first', 0), object('second', 0), object('late', 1)];
    expect(relationOf(planOf(), { objects })).toMatchObject({
      relation:
        "s3Cluster('hourglass', hourglass_store, filename = '{segments/7/api/first.parquet,segments/7/api/second.parquet}', " +
        "format = 'Parquet', structure = 'environment_id Int32, timestamp DateTime64(6, \\'UTC\\'), " +
        "apiproxy Nullable(String), message_count Nullable(Int64)')",
    });
  });

  test('has no facts without objects', () => {
    expect(relationOf(planOf(), { objects: [object('early', -2)] }).relation).toMatch(
      /^null\('environment_id Int32, /,
    );
  });

  test('hides deleted facts of the objects that still have them, and expired ones of all', () => {
    const batch = { batchSeq: '12' };
    const range = { startMs, endExclusiveMs: startMs + 1000 };
    const objects = [object('one', 0, [batch, range]), object('two', 0, [batch]), object('three', 0)];
    const { isVisible, relation } = relationOf(planOf(), { objects }, startMs + 5);
    const time = (ms: number) => `fromUnixTimestamp64Milli(cast(${ms} as Int64), 'UTC')`;
    expect(isVisible).toBe(
      `not (timestamp < ${time(startMs + 5)}` +
        " or (_file in ('one.parquet', 'two.parquet') and ifNull(batch_seq = 12, false))" +
        ` or (_file in ('one.parquet') and timestamp >= ${time(startMs)} and timestamp < ${time(startMs + 1000)}))`,
    );
    expect(relation).toContain('batch_seq Nullable(Int64)');
  });

  test('refuses a key that would end its literal', () => {
    const objects = [{ ...object('one', 0), key: "segments/7/a',b.parquet" }];
    expect(() => relationOf(planOf(), { objects })).toThrow('a character that keys never have');
  });
});
