import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  catalogue,
  planQuery,
  type PartialShape,
  type Plan,
  type StoredSegment,
  type TimeRange,
} from '@hourglass/query';
import { temporaryFolder, type TemporaryFolder } from '@hourglass/testing';
import { preparePartials, type PreparePartialsPorts } from '../../src/index.ts';

const { signal } = new AbortController();
const dayMs = 86_400_000;
const startMs = Date.parse('2026-03-01T00:00:00Z');

/** The facts of one day each; the report is of the first week. */
const segments = Array.from({ length: 20 }, (_, day): StoredSegment => ({
  ...{ id: `day-${day}`, key: '', bytes: 1, sha256: '', etag: null, columns: [] },
  ...{ firstMs: startMs + day * dayMs, lastMs: startMs + (day + 1) * dayMs - 1 },
  facts: day === 4 ? 10 : 1_000,
  deletions: day === 3 ? [{ batchSeq: '1' }] : [],
}));

let folder: TemporaryFolder;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

function planOf(dimension: string, environmentId = 1): Plan {
  const planned = planQuery(
    {
      metrics: [{ name: 'message_count', function: 'sum' }],
      dimensions: [dimension],
      timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-08T00:00:00Z' },
    },
    {
      ...{ catalogue, dataset: 'api', nowMs: 0 },
      tenant: { organization: 'acme', environment: 'prod', environmentId },
    },
  );
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  return planned.plan;
}

interface World {
  readonly plans: readonly Plan[];
  /** Ids of segments. */
  readonly covered?: readonly string[];
  readonly refused?: boolean;
  readonly isDeleted?: boolean;
  readonly isSumTooLarge?: boolean;
}

/** Records what is done. */
function worldOf({ plans, covered = [], refused = false, isDeleted = false, isSumTooLarge = false }: World) {
  const done = {
    ranges: [] as TimeRange[],
    placed: [] as string[],
    kept: [] as string[],
    forgotten: [] as number[],
  };
  const ports = {
    catalogue,
    segments: {
      listInRange(_: unknown, range: TimeRange) {
        done.ranges.push(range);
        return Promise.resolve(isDeleted ? null : { segments, expiredBeforeMs: startMs + dayMs });
      },
    },
    segmentFiles: {
      place(wanted: readonly StoredSegment[]) {
        done.placed.push(...wanted.map(({ id }) => id));
        return Promise.resolve(wanted.map(({ id }) => id));
      },
    },
    partials: {
      minFacts: 100,
      uses: {
        list: () => Promise.resolve(plans),
        forget: (environmentId: number) => Promise.resolve(done.forgotten.push(environmentId)),
      },
      isRefused: () => refused,
      missing: ({ id }: StoredSegment, shapes: readonly PartialShape[]) =>
        Promise.resolve(covered.includes(id) ? [] : shapes),
      keep: ({ id }: StoredSegment, { path }: { path: string }) =>
        Promise.resolve(done.kept.push(`${path} ${id}`)),
    },
    writer: {
      version: '1',
      writePartial: ({ plan }: { plan: Plan }) =>
        Promise.resolve(isSumTooLarge ? null : { path: String(plan.dimensions), rows: 1 }),
    },
  } as unknown as PreparePartialsPorts;
  const settled = new Set<string>();
  const prepare = (untilMs = Infinity) =>
    preparePartials(ports, { settled, directory: folder.path, signal, untilMs });
  return { done, prepare };
}

/** Days of the report's week and of the next one, without days that hide facts (0 and 3) or have few (4). */
const wanted = [13, 12, 11, 10, 9, 8, 7, 6, 5, 2, 1].map((day) => `day-${day}`);

test('partials are computed of segments in the range of a report and of the next one, newest first', async () => {
  const { done, prepare } = worldOf({ plans: [planOf('apiproxy')] });
  expect(await prepare()).toBe(wanted.length);
  expect(done.ranges).toEqual([{ startMs, endExclusiveMs: startMs + 14 * dayMs }]);
  expect(done.kept).toEqual(wanted.map((id) => `apiproxy ${id}`));
  // Nothing is left of them.
  expect(await readdir(folder.path)).toEqual([]);
  expect(await prepare()).toBe(0);
  expect(done.placed).toEqual(wanted);
});

test('a segment is read once for all reports, and not for those that a partial covers', async () => {
  const { done, prepare } = worldOf({
    plans: [planOf('apiproxy'), planOf('request_verb'), planOf('apiproxy', 2)],
    covered: wanted.slice(1),
  });
  await prepare();
  // Each environment has segments of its own.
  expect(done.placed).toEqual(['day-13', 'day-13']);
  expect(done.kept).toEqual(['apiproxy day-13', 'request_verb day-13', 'apiproxy day-13']);
});

test('no segment is begun after the time, and the next call goes on', async () => {
  const { done, prepare } = worldOf({ plans: [planOf('apiproxy')] });
  expect(await prepare(0)).toBe(0);
  expect(done.placed).toEqual([]);
  expect(await prepare()).toBe(wanted.length);
});

test('a shape that reports refuse is left out', async () => {
  const { done, prepare } = worldOf({ plans: [planOf('apiproxy')], refused: true });
  expect(await prepare()).toBe(0);
  expect(done.ranges).toEqual([]);
});

test('a partial that cannot be computed is left to the next report', async () => {
  const { done, prepare } = worldOf({ plans: [planOf('apiproxy')], isSumTooLarge: true });
  expect([await prepare(), await prepare()]).toEqual([0, 0]);
  expect([done.kept, done.placed]).toEqual([[], wanted]);
});

test('the plans of an environment that was deleted are forgotten', async () => {
  const { done, prepare } = worldOf({ plans: [planOf('apiproxy', 8)], isDeleted: true });
  expect(await prepare()).toBe(0);
  expect(done.forgotten).toEqual([8]);
});
