import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DuckDBInstance } from '@duckdb/node-api';
import {
  bindPlan,
  catalogue,
  hotFactsColumns,
  segmentColumnName,
  valueColumns,
  estimateFacts,
  rangeOfFirstFacts,
  type Plan,
} from '@hourglass/query';
import type { FactFiles } from '@hourglass/reports';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { findLimitBound } from '../src/find-limit-bound.ts';
import { createSegmentWriter } from '../src/segment-writer.ts';
import { writeCopiedFacts } from './copied-facts-file.ts';
import { planOf, startMs } from './hot-facts-file.ts';

const { signal } = new AbortController();
const minuteMs = 60_000;
const facts = 12_000;
/**
 * A fact every 0.1 s from ten proxies in rotation, so ten groups a minute, and an error every 30 s.
 */
const lines = Array.from({ length: facts }, (_, index) => ({
  environment_id: 7,
  timestamp: new Date(startMs + index * 100).toISOString(),
  apiproxy: `proxy-${index % 10}`,
  client_ip: `10.0.${String(index % 700).padStart(3, '0')}.1`,
  response_status_code: index % 300 === 0 ? 500 : 200,
}));

let folder: TemporaryFolder;
let sealed: FactFiles;
beforeAll(async () => {
  folder = await temporaryFolder();
  const plan = planOf({ dimensions: ['apiproxy', 'client_ip', 'response_status_code'], metrics: [] });
  const columns = hotFactsColumns(bindPlan(plan, catalogue));
  const csvPath = path.join(folder.path, 'sealed.csv');
  await writeCopiedFacts(csvPath, columns, lines);
  const writer = createSegmentWriter({ memoryMb: 256, threads: 1 });
  const segment = await writer.seal({ csvPath, columns, directory: folder.path, signal });
  expect(segment.columns.map(({ name }) => name)).toEqual(valueColumns(columns).map(segmentColumnName));
  sealed = {
    hotFactsPath: path.join(folder.path, 'none.csv'),
    hotRows: 0,
    segments: [{ ...segment, deletions: [] }],
    expiredBeforeMs: null,
    watermark: null,
    takenAt: new Date(0),
  };
});
afterAll(() => folder.remove());

async function boundOf(changes: Partial<Plan>, sampleFacts = 1) {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const boundPlan = bindPlan(planOf({ metrics: [], ...changes }), catalogue);
  return findLimitBound(connection, { ...boundPlan, facts: sealed }, { sampleFacts }).finally(() =>
    instance.closeSync(),
  );
}

describe('the bound of a limit', () => {
  const byMinute = { timeUnit: 'minute', dimensions: ['apiproxy'] } as const;

  test('is the end of the minute with the last row', async () => {
    const bound = (minutes: number) => ({ kind: 'time', endExclusiveMs: startMs + minutes * minuteMs });
    expect(await boundOf({ ...byMinute, limitRows: 10 })).toEqual(bound(1));
    expect(await boundOf({ ...byMinute, limitRows: 11 })).toEqual(bound(2));
  });

  test('is found in a larger sample if a filter leaves few groups in the first one', async () => {
    const withStatus = (value: string) =>
      boundOf({
        timeUnit: 'second',
        dimensions: [],
        limitRows: 2,
        filter: { kind: 'compare', field: 'response_status_code', type: 'integer', operator: 'eq', value },
      });
    expect(await withStatus('500')).toEqual({ kind: 'time', endExclusiveMs: startMs + 31_000 });
    expect(await withStatus('404')).toBeNull();
  });

  test('is the greatest text of the first dimension in the rows of the sample', async () => {
    const bound = await boundOf({ dimensions: ['client_ip', 'apiproxy'], limitRows: 5 }, 100);
    expect(bound).toEqual({ kind: 'leading-text', atMost: '10.0.004.1' });
  });

  test('is not computed if it cannot exist or would cost about as much as the report', async () => {
    expect(await boundOf({ ...byMinute, limitRows: null })).toBeNull();
    expect(await boundOf({ dimensions: ['response_status_code'], limitRows: 1 })).toBeNull();
    expect(await boundOf({ dimensions: ['apiproxy'], limitRows: 11 })).toBeNull();
    expect(await boundOf({ ...byMinute, limitRows: 10 }, facts / 8 + 1)).toBeNull();
  });
});

test('the beginning of a range has the requested number of facts, to a millisecond', () => {
  const segment = fc
    .record({
      facts: fc.integer({ min: 1, max: 1e6 }),
      firstMs: fc.integer({ min: 0, max: 1e6 }),
      lengthMs: fc.nat(1e6),
    })
    .map(({ facts: count, firstMs, lengthMs }) => ({ facts: count, firstMs, lastMs: firstMs + lengthMs }));
  fc.assert(
    fc.property(fc.array(segment, { maxLength: 5 }), fc.nat(1e6), (segments, wanted) => {
      const whole = { startMs: 1000, endExclusiveMs: 1_500_000 };
      const { startMs: beganMs, endExclusiveMs } = rangeOfFirstFacts(segments, whole, wanted);
      expect(beganMs).toBe(whole.startMs);
      const found = (endMs: number) => estimateFacts(segments, { startMs: beganMs, endExclusiveMs: endMs });
      if (endExclusiveMs < whole.endExclusiveMs) expect(found(endExclusiveMs)).toBeGreaterThanOrEqual(wanted);
      if (endExclusiveMs > beganMs + 1) expect(found(endExclusiveMs - 1)).toBeLessThan(wanted);
    }),
  );
});
