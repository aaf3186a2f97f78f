import { expect, test } from 'vitest';
import {
  bindPlan,
  catalogue,
  planQuery,
  type QueryRequest,
  type StoredSegment,
  type TimeRange,
} from '@hourglass/query';
import { placeSegments, type PartialFiles, type PlacedPartial } from '../../src/index.ts';
import { countRead } from '../../src/queries/collect-facts.ts';

const { signal } = new AbortController();
const dayMs = 86_400_000;
const startMs = Date.parse('2026-03-01T00:00:00Z');
const tenant = { organization: 'acme', environment: 'prod', environmentId: 1 };
const request: QueryRequest = {
  metrics: [{ name: 'message_count', function: 'sum' }],
  timeRange: { start: '2026-03-01T00:00:00Z', end: '2026-03-08T00:00:00Z' },
};

/** The facts of one day each. */
const segments = Array.from({ length: 5 }, (_, day): StoredSegment => ({
  ...{ id: `day-${day}`, key: `segments/1/api/${day}`, bytes: 1, sha256: '', etag: null, columns: [] },
  ...{ firstMs: startMs + day * dayMs, lastMs: startMs + (day + 1) * dayMs - 1 },
  facts: day === 4 ? 10 : 1_000,
  deletions: day === 3 ? [{ batchSeq: '1' }] : [],
}));

interface Kept {
  /** Ids of the segments that have partials. */
  readonly covered: readonly string[];
  readonly isKnown?: boolean;
  readonly isRefused?: boolean;
}

/** Places the facts of a report. Returns the ids of the segments that were placed at once, and the facts. */
async function placed(
  { covered, isKnown = true, isRefused = false }: Kept,
  changes: Partial<QueryRequest> = {},
) {
  const planned = planQuery({ ...request, ...changes }, { catalogue, dataset: 'api', tenant, nowMs: 0 });
  if (!planned.ok) throw new Error(JSON.stringify(planned.faults));
  const places: string[][] = [];
  const uses: TimeRange[] = [];
  const partials = {
    minFacts: 100,
    isKnown: () => Promise.resolve(isKnown),
    isRefused: () => isRefused,
    uses: {
      record: (_: unknown, { range }: { range: TimeRange }) => {
        uses.push(range);
        return Promise.resolve();
      },
    },
    place: (wanted: readonly { readonly id: string }[], { shape }: { shape: PlacedPartial['shape'] }) =>
      Promise.resolve(
        new Map(
          wanted
            .filter(({ id }) => covered.includes(id))
            .map(({ id }) => [id, { path: `partial of ${id}`, rows: 1, shape }]),
        ),
      ),
  } as unknown as PartialFiles;
  const snapshot = {
    ...{ hotFactsPath: '', hotRows: 0, segments, expiredBeforeMs: null, watermark: null },
    takenAt: new Date(0),
  };
  const segmentFiles = {
    place(wanted: readonly StoredSegment[]) {
      places.push(wanted.map(({ id }) => id));
      return Promise.resolve(wanted.map(({ key }) => key));
    },
  };
  const engine = { identity: { name: 'DuckDB', version: '1' } } as const;
  const boundPlan = bindPlan(planned.plan, catalogue);
  const ports = { segmentFiles, partials, engine };
  const facts = await placeSegments(boundPlan, snapshot, ports, { directory: '', signal });
  return { facts, places, uses };
}

const ids = segments.map(({ id }) => id);

test('a report reads no segment that a partial covers, and each other one', async () => {
  const { facts, places, uses } = await placed({ covered: ['day-0', 'day-2'] });
  expect(uses).toEqual([{ startMs, endExclusiveMs: startMs + 7 * dayMs }]);
  expect(places).toEqual([['day-1', 'day-3', 'day-4']]);
  expect(facts.partials?.covering.map(({ path }) => path)).toEqual(['partial of day-0', 'partial of day-2']);
  // The others hide facts, or have few.
  expect(facts.partials?.coverable.map(({ path }) => path)).toEqual(['segments/1/api/1']);
  // Two rows of partials, and the facts of the other segments.
  expect(countRead(facts)).toBe(2 + 1_000 + 1_000 + 10);
  expect(await facts.partials?.placeCovered()).toMatchObject([
    { path: 'segments/1/api/0' },
    { path: 'segments/1/api/2' },
  ]);
});

test('a segment that hides facts, or has few, is read as facts, although it has a partial', async () => {
  const { places } = await placed({ covered: ['day-3', 'day-4'] });
  expect(places).toEqual([ids]);
});

test.each<[string, Kept, Partial<QueryRequest>]>([
  ['of a shape that no report asked for before', { covered: [], isKnown: false }, {}],
  ['of a shape that is refused', { covered: ids, isRefused: true }, {}],
  ['that needs single facts', { covered: ids }, { metrics: [{ name: 'response_size', function: 'p95' }] }],
  ['with a limit by time', { covered: ids }, { groupByTimeUnit: 'day', limit: 1 }],
])('a report %s reads facts', async (_, kept, changes) => {
  const { facts, places, uses } = await placed(kept, changes);
  expect(places).toEqual([ids]);
  expect(uses).toEqual([]);
  expect(facts.partials).toBeUndefined();
});
