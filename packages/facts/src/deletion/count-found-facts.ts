import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { StoredSegment, TimeRange } from '@hourglass/query/catalogue';
import type { PlaceSegments } from '../segments/segment-objects.ts';
import type { MergedSegment } from '../segments/segment-writer.ts';
import type { FoundFacts } from './fact-deletions.ts';

/** Counts facts in segment files. */
export interface FactCounter {
  /** Counts the wanted facts that are neither deleted nor before `expiredBeforeMs`. */
  count(
    segments: readonly MergedSegment[],
    options: {
      readonly wanted: WantedFacts;
      readonly expiredBeforeMs: number | null;
      readonly signal: AbortSignal;
    },
  ): Promise<number>;
}

/** The facts of a time range, or of the batch with this number. */
export type WantedFacts = TimeRange | { readonly batchSeq: string };

export interface CountFactsPorts {
  readonly place: PlaceSegments;
  readonly counter: FactCounter;
  /** Each count uses a subdirectory of it. */
  readonly scratchDirectory: string;
}

export interface CountedFacts {
  readonly facts: number;
  /** Size in the store and the database; estimated for segments that are only partly counted. */
  readonly bytes: number;
}

/**
 * Counts the visible facts of the range exactly. Only segments that lie in the range in part, or
 * have hidden facts, are read.
 */
export async function countFoundFacts(
  { environmentId, hotFacts, hotBytes, segments, expiredBeforeMs }: FoundFacts,
  range: TimeRange,
  ports: CountFactsPorts,
  signal: AbortSignal,
): Promise<CountedFacts> {
  const isWhole = ({ firstMs, lastMs, deletions }: StoredSegment) =>
    firstMs >= Math.max(range.startMs, expiredBeforeMs ?? range.startMs) &&
    lastMs < range.endExclusiveMs &&
    deletions.length === 0;
  const whole = sumOf(segments.filter(isWhole));
  const partial = segments.filter((segment) => !isWhole(segment));
  const counted = await countInFiles(
    partial,
    { environmentId, wanted: range, expiredBeforeMs },
    ports,
    signal,
  );
  const share = counted === 0 ? 0 : counted / sumOf(partial).facts;
  return {
    facts: hotFacts + whole.facts + counted,
    bytes: hotBytes + whole.bytes + Math.round(share * sumOf(partial).bytes),
  };
}

function sumOf(segments: readonly StoredSegment[]): CountedFacts {
  return segments.reduce(
    (sum, { facts, bytes }) => ({ facts: sum.facts + facts, bytes: sum.bytes + bytes }),
    { facts: 0, bytes: 0 },
  );
}

/** Counts the wanted facts of the segments exactly, by reading each of them. */
export async function countInFiles(
  segments: readonly StoredSegment[],
  {
    environmentId,
    ...options
  }: {
    readonly environmentId: number;
    readonly wanted: WantedFacts;
    readonly expiredBeforeMs: number | null;
  },
  { place, counter, scratchDirectory }: CountFactsPorts,
  signal: AbortSignal,
): Promise<number> {
  if (segments.length === 0) return 0;
  const directory = path.join(scratchDirectory, randomUUID());
  try {
    await mkdir(directory, { recursive: true });
    const paths = await place(segments, { environmentId, directory, signal });
    const files = segments.map((segment, index) => ({ ...segment, path: paths[index] ?? '' }));
    return await counter.count(files, { ...options, signal });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
