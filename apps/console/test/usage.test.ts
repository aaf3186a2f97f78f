import type { EnvironmentUsage, IngestUsage } from '@hourglass/contract';
import { describe, expect, test } from 'vitest';
import { prepareSegmentPlot } from '../src/pages/data/prepare-segments.ts';
import {
  prepareIngestPlot,
  prepareMeters,
  prepareStorage,
  renewalOf,
} from '../src/pages/usage/prepare-usage.ts';

const at = '2026-06-01T12:00:00.000Z';
const usage: EnvironmentUsage = {
  at,
  submissions: { used: 3, limit: 4, renewsInSeconds: 600 },
  activeQueries: { used: 0, limit: 10, running: 0, waiting: 0 },
  scheduledQueries: { used: 12, limit: 10 },
  schedules: { used: 1, limit: 100 },
  facts: [
    {
      ...{ dataset: 'api', hotFacts: 5, segments: 2, segmentFacts: 30, segmentBytes: 2500 },
      ...{ firstTimestamp: at, lastTimestamp: at },
    },
    {
      ...{ dataset: 'mint', hotFacts: 1, segments: 0, segmentFacts: 0, segmentBytes: 0 },
      ...{ firstTimestamp: null, lastTimestamp: null },
    },
  ],
  results: { count: 0, bytes: 0 },
};

describe('the usage', () => {
  test('has a meter for each limit, which is full above it', () => {
    expect(prepareMeters(usage)).toEqual([
      { name: 'submissions', used: 3, limit: 4, share: 0.75, left: 1 },
      { name: 'activeQueries', used: 0, limit: 10, share: 0, left: 10 },
      { name: 'scheduledQueries', used: 12, limit: 10, share: 1, left: 0 },
      { name: 'schedules', used: 1, limit: 100, share: 0.01, left: 99 },
    ]);
  });

  test('names the time at which a submission leaves the hour, if there is one', () => {
    expect(renewalOf(usage)).toEqual(new Date('2026-06-01T12:10:00Z'));
    expect(renewalOf({ ...usage, submissions: { used: 0, limit: 4, renewsInSeconds: 3600 } })).toBeNull();
  });

  test('sums the storage of all datasets', () => {
    expect(prepareStorage(usage)).toEqual({ hotFacts: 6, sealedFacts: 30, segments: 2, segmentBytes: 2500 });
  });
});

describe('the plot of accepted facts', () => {
  const ingest = (values: Partial<IngestUsage> = {}): IngestUsage => ({
    ...{ unit: 'day', from: '2026-05-03T00:00:00.000Z', to: at, countedFrom: '2026-05-03T00:00:00.000Z' },
    buckets: [
      { start: '2026-05-31T00:00:00.000Z', dataset: 'api', batches: 1, facts: 7 },
      { start: '2026-06-01T00:00:00.000Z', dataset: 'api', batches: 2, facts: 5 },
      { start: '2026-06-01T00:00:00.000Z', dataset: 'mint', batches: 1, facts: 1 },
    ],
    ...values,
  });

  test('has every day until now, zero without facts, and stacks several datasets', () => {
    const plot = prepareIngestPlot(ingest());
    expect(plot?.buckets).toHaveLength(30);
    expect(plot?.series.map(({ name, values }) => [name, values.slice(-3)])).toEqual([
      ['api', [0, 7, 5]],
      ['mint', [0, 0, 1]],
    ]);
    expect(plot?.canStack).toBe(true);
  });

  test('has every hour, and none without facts', () => {
    const hours = {
      ...{ unit: 'hour' as const, from: '2026-05-31T13:00:00.000Z' },
      buckets: [{ start: '2026-06-01T11:00:00.000Z', dataset: 'api', batches: 1, facts: 7 }],
    };
    const plot = prepareIngestPlot(ingest({ ...hours, to: '2026-06-01T12:30:00.000Z' }));
    expect(plot?.buckets).toHaveLength(24);
    expect(plot?.series[0]?.values.slice(-2)).toEqual([7, 0]);
    expect(prepareIngestPlot(ingest({ buckets: [] }))).toBeNull();
  });
});

test('the plot of segments has the days of the range by bytes, facts or segments', () => {
  const segments = {
    ...{ from: '2026-05-01T00:00:00.000Z', to: '2026-05-04T00:00:00.000Z', countedFrom: '' },
    days: [{ day: '2026-05-02', dataset: 'api', segments: 2, facts: 30, bytes: 4000 }],
  };
  const valuesOf = (metric: 'bytes' | 'facts' | 'segments') =>
    prepareSegmentPlot(segments, metric)?.series[0]?.values;
  expect(valuesOf('bytes')).toEqual([0, 4000, 0]);
  expect(valuesOf('facts')).toEqual([0, 30, 0]);
  expect(valuesOf('segments')).toEqual([0, 2, 0]);
  expect(prepareSegmentPlot({ ...segments, days: [] }, 'bytes')).toBeNull();
});
