export interface Mergeable {
  readonly id: string;
  readonly facts: number;
}

export interface MergeTerms {
  /** Maximum facts of a merged segment. */
  readonly targetFacts: number;
  /** Number of segments of one size class that are worth a merge. */
  readonly minSegments: number;
}

/** Ratio between neighbouring size classes. */
const sizeFactor = 4;
/** Smaller segments all belong to the lowest class. */
const smallestClassFacts = 10_000;

/**
 * Chooses segments to merge: neighbours in time of the same size class, the smallest class first.
 * Returns null if no class has enough segments. `segments` are ordered by time.
 *
 * A fact is rewritten at most once per size class, so the cost of merging stays proportional to the
 * number of facts, however small the batches were.
 */
export function chooseMerge<Segment extends Mergeable>(
  segments: readonly Segment[],
  { targetFacts, minSegments }: MergeTerms,
): readonly Segment[] | null {
  const classes = new Map<number, Segment[]>();
  for (const segment of segments) {
    if (segment.facts * 2 > targetFacts) continue;
    const size = sizeClass(segment.facts);
    const others = classes.get(size);
    if (others === undefined) classes.set(size, [segment]);
    else others.push(segment);
  }
  for (const size of [...classes.keys()].toSorted((a, b) => a - b)) {
    const chosen = withinTarget(classes.get(size) ?? [], targetFacts);
    if (chosen.length >= minSegments) return chosen;
  }
  return null;
}

function sizeClass(facts: number): number {
  return Math.max(0, Math.ceil(Math.log(facts / smallestClassFacts) / Math.log(sizeFactor)));
}

/** Returns the oldest segments that together fit into the target. */
function withinTarget<Segment extends Mergeable>(
  segments: readonly Segment[],
  targetFacts: number,
): readonly Segment[] {
  let facts = 0;
  const endExclusive = segments.findIndex((segment) => (facts += segment.facts) > targetFacts);
  return endExclusive < 0 ? segments : segments.slice(0, endExclusive);
}
