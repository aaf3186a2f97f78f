import { replaceByOne, type ReplacePorts, type ReplaceTask } from './replace-segments.ts';
import type { OwnedSegment, RewriteTerms } from './segment-store.ts';

export interface RewriteSegmentsTask extends ReplaceTask {
  readonly terms: RewriteTerms;
  /** Maximum segments of one run. */
  readonly limit: number;
}

/**
 * Rewrites segments without the facts that have been deleted or past their retention for long
 * enough. Merging does the same, but it may not choose a segment for years. Returns the number of
 * segments that were replaced.
 */
export async function rewriteSegments(ports: ReplacePorts, task: RewriteSegmentsTask): Promise<number> {
  let replaced = 0;
  for (const segment of await ports.segments.listRewritable(task.terms, task.limit)) {
    task.signal.throwIfAborted();
    const isReplaced = await ports.segments.withOwnerLock(segment.owner, () => rewrite(segment, ports, task));
    if (isReplaced === true) replaced += 1;
  }
  return replaced;
}

async function rewrite(
  { id, owner }: OwnedSegment,
  ports: ReplacePorts,
  task: RewriteSegmentsTask,
): Promise<boolean> {
  const live = await ports.segments.listLive(owner, { id });
  const [segment] = live.segments;
  // Merged or retired meanwhile.
  if (segment === undefined) return false;
  return replaceByOne([segment], { owner, live, step: 'rewrite' }, ports, task);
}
