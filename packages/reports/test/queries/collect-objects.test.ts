import { expect, test } from 'vitest';
import { bindPlan, catalogue, type Plan, type StoredSegment } from '@hourglass/query';
import { collectObjects } from '../../src/queries/collect-objects.ts';
import { asAttemptFailure } from '../../src/queries/failure-reasons.ts';

const range = { startMs: 0, endExclusiveMs: 3_600_000 };
const plan: Plan = {
  ...{ version: 1, dataset: 'api', range, timeUnit: null, metrics: [], dimensions: [], filter: null },
  ...{ tenant: { organization: 'acme', environment: 'prod', environmentId: 7 }, limitRows: null },
  output: { format: 'json' },
};
const segment: StoredSegment = {
  ...{ id: 'one', key: 'segments/7/api/one.parquet', bytes: 10, sha256: '', etag: 'aa', facts: 1 },
  ...{ firstMs: 0, lastMs: 1, columns: [], deletions: [] },
};

/** Collects one segment from a store with this object. */
async function collected(
  found: { readonly bytes: number; readonly etag: string } | null,
  recorded: StoredSegment = segment,
): Promise<string> {
  const snapshot = {
    ...{ hotFactsPath: '', hotRows: 0, segments: [recorded], expiredBeforeMs: null, watermark: null },
    takenAt: new Date(0),
  };
  const ports = {
    engine: { writeHotFacts: () => Promise.resolve(null) },
    objects: { stat: () => Promise.resolve(found), putFile: () => Promise.reject(new Error('no hot facts')) },
  };
  const target = { directory: '', signal: new AbortController().signal, hotFactsKey: 'archives/7/hot' };
  try {
    const { objects } = await collectObjects(bindPlan(plan, catalogue), snapshot, ports, target);
    return objects.map(({ key }) => key).join();
  } catch (error) {
    return asAttemptFailure(error).message;
  }
}

test.each([
  ['the recorded size and ETag', { bytes: 10, etag: 'aa' }, 'segments/7/api/one.parquet'],
  ['another size', { bytes: 9, etag: 'aa' }, 'The object store is not available'],
  ['another ETag and the recorded size', { bytes: 10, etag: 'bb' }, 'The object store is not available'],
])('a segment is read on the cluster only as it was stored: %s', async (_, found, outcome) => {
  expect(await collected(found)).toBe(outcome);
});

test('a missing segment fails the attempt', async () => {
  expect(await collected(null)).toBe('The object store is not available');
});

test('a segment of a version that recorded no ETag is compared by its size', async () => {
  const earlier = { ...segment, etag: null };
  expect(await collected({ bytes: 10, etag: 'bb' }, earlier)).toBe(segment.key);
  expect(await collected({ bytes: 9, etag: 'bb' }, earlier)).toBe('The object store is not available');
});
