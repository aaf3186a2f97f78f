import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { chooseMerge, type MergeTerms } from './choose-merge.ts';
import type {
  CrashPoint,
  PlaceSegments,
  SegmentObjects,
  SegmentOwner,
  SegmentStore,
  SegmentWriter,
} from './ports.ts';
import { storeSegment } from './store-segment.ts';

export interface MergeSegmentsPorts {
  readonly segments: SegmentStore;
  readonly writer: SegmentWriter;
  readonly objects: SegmentObjects;
  readonly place: PlaceSegments;
  readonly crashPoint: CrashPoint;
}

export interface MergeSegmentsTask {
  readonly terms: MergeTerms;
  /** For files of this call; it exists, and nobody else uses it. */
  readonly directory: string;
  readonly signal: AbortSignal;
}

/** Makes one segment of several small ones, at most once for each owner, and answers how many it replaced. */
export async function mergeSegments(ports: MergeSegmentsPorts, task: MergeSegmentsTask): Promise<number> {
  let replaced = 0;
  for (const owner of await ports.segments.listCrowded(task.terms.minSegments)) {
    task.signal.throwIfAborted();
    replaced += (await ports.segments.alone(owner, () => mergeOwner(owner, ports, task))) ?? 0;
  }
  return replaced;
}

async function mergeOwner(
  owner: SegmentOwner,
  { segments, writer, objects, place, crashPoint }: MergeSegmentsPorts,
  { terms, directory: parent, signal }: MergeSegmentsTask,
): Promise<number> {
  const chosen = chooseMerge(await segments.live(owner), terms);
  if (chosen === null) return 0;
  const directory = path.join(parent, 'merge');
  await mkdir(directory, { recursive: true });
  try {
    const paths = await place(chosen, { directory, signal });
    const sources = chosen.map(({ columns }, index) => ({ path: paths[index] ?? '', columns }));
    const file = await writer.merge({ segments: sources, directory, signal });
    const facts = chosen.reduce((sum, segment) => sum + segment.facts, 0);
    if (file.facts !== facts)
      throw new Error(`the merged segment has ${file.facts} facts, its sources have ${facts}`);
    const ids = chosen.map(({ id }) => id);
    const isLive = await storeSegment(
      { owner, file, signal, goLive: (id) => segments.replace(ids, id) },
      { segments, objects, crashPoint: (point) => crashPoint(`merge.${point}`) },
    );
    return isLive ? chosen.length : 0;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
