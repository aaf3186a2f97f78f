export interface Mergeable {
  readonly id: string;
  readonly facts: number;
}

export interface MergeTerms {
  /** A segment is not merged beyond so many facts. */
  readonly targetFacts: number;
  /** So many of a size are merged. */
  readonly minSegments: number;
}

/** Each size class is so many times the one below it. */
const sizeFactor = 4;
/** What is smaller is all of one class. */
const smallestClassFacts = 10_000;

/**
 * Which segments to make one of: neighbours in time of about the same size, the smallest first. Null: there are not
 * enough of any size.
 *
 * A fact is written again at most once for each size class, so merging costs what the facts cost times a few, however
 * small the batches were that they came in. `segments` are ordered by time.
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

/** From the oldest on. */
function withinTarget<Segment extends Mergeable>(
  segments: readonly Segment[],
  targetFacts: number,
): readonly Segment[] {
  let facts = 0;
  const endExclusive = segments.findIndex((segment) => (facts += segment.facts) > targetFacts);
  return endExclusive < 0 ? segments : segments.slice(0, endExclusive);
}
