import { link, mkdtemp } from 'node:fs/promises';
import path from 'node:path';
import { bindPlan, catalogue, hotFactsColumns, type Plan, type StoredSegment } from '@hourglass/query';
import {
  placeSegments,
  type EngineTask,
  type PartialFiles,
  type PlacedSegment,
  type ReportEngine,
  type SegmentFiles,
} from '@hourglass/reports';
import type { Fact } from '../../query/test/facts-relation.ts';
import { writeCopiedFacts } from './copied-facts-file.ts';

const { signal } = new AbortController();

/** Facts of a snapshot, with the ids of its segments in their order. */
export interface SnapshotFacts {
  readonly hot: readonly Fact[];
  readonly segments: readonly PlacedSegment[];
  readonly ids: readonly string[];
  readonly expiredBeforeMs: number | null;
}

/** The segments of a snapshot, as they are stored, with their paths. */
export function storedSegments({
  segments,
  ids,
}: Pick<SnapshotFacts, 'segments' | 'ids'>): readonly (StoredSegment & { readonly path: string })[] {
  return segments.map((segment, index) => ({
    ...{ id: ids[index] ?? '', key: '', bytes: 0, sha256: '', etag: null },
    ...segment,
  }));
}

/** Links segments, because the engine reads files of its directory only. */
export function filesOf(stored: readonly (StoredSegment & { readonly path: string })[]): SegmentFiles {
  return {
    place: (wanted, { directory }) =>
      Promise.all(
        wanted.map(async ({ id }) => {
          const file = path.join(directory, `${id}.parquet`);
          await link(stored.find((one) => one.id === id)?.path ?? '', file);
          return file;
        }),
      ),
  };
}

/** Places facts and partials in a folder of their own below `parent`, as a worker and the API do. */
export async function taskOverPartials(
  { hot, expiredBeforeMs, ...sealed }: SnapshotFacts,
  plan: Plan,
  { parent, partials, engine }: { parent: string; partials: PartialFiles | null; engine: ReportEngine },
): Promise<EngineTask> {
  const directory = await mkdtemp(path.join(parent, 'task-'));
  const hotFactsPath = path.join(directory, 'hot.csv');
  const boundPlan = bindPlan(plan, catalogue);
  await writeCopiedFacts(hotFactsPath, hotFactsColumns(boundPlan), hot);
  const stored = storedSegments(sealed);
  const snapshot = {
    ...{ hotFactsPath, hotRows: hot.length, segments: stored },
    ...{ expiredBeforeMs, watermark: null, takenAt: new Date(0) },
  };
  const ports = { segmentFiles: filesOf(stored), partials, engine };
  const facts = await placeSegments(boundPlan, snapshot, ports, { directory, signal });
  return { ...boundPlan, facts, directory, signal };
}
