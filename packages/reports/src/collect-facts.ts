import type { Plan } from '@hourglass/query';
import type { FactFiles, FactSource, SegmentFiles } from './ports.ts';

export interface CollectFactsPorts {
  readonly factSource: FactSource;
  readonly segmentFiles: SegmentFiles;
}

/** Everything that a plan reads, as one moment saw it, in files below `directory`. */
export async function collectFacts(
  plan: Plan,
  { factSource, segmentFiles }: CollectFactsPorts,
  target: { directory: string; signal: AbortSignal },
): Promise<FactFiles> {
  const snapshot = await factSource.snapshot(plan, target);
  const paths = await segmentFiles.place(snapshot.segments, target);
  const segments = snapshot.segments.map(({ facts, columns }, index) => {
    const path = paths[index];
    if (path === undefined) throw new Error('a segment was not placed');
    return { path, facts, columns };
  });
  return { ...snapshot, segments };
}
