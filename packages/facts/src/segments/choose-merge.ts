export interface Mergeable {
  readonly id: string;
  readonly facts: number;
  /** Times of the oldest and the newest fact, milliseconds since 1970. */
  readonly firstMs: number;
  readonly lastMs: number;
}

export interface MergeTerms {
  /** Maximum facts of a merged segment. */
  readonly targetFacts: number;
  /** Number of segments of one size class that are worth a merge. */
  readonly minSegments: number;
}

const dayMs = 86_400_000;

export const mergeSpans = {
  minDays: 1,
  /** For facts that never expire: their environment may get a retention later. */
  daysWithoutRetention: 366,
  /** Few, because reports read at least one segment of each span. */
  spansOfRetention: 12,
} as const;

/**
 * Returns how far the ends of segments that are merged may be apart. The last facts of a segment
 * expire later than its first ones by its span, and meanwhile it is rewritten once a day.
 */
export function mergeSpanMs(retentionDays: number | null): number {
  const { minDays, daysWithoutRetention, spansOfRetention } = mergeSpans;
  if (retentionDays === null) return daysWithoutRetention * dayMs;
  return Math.max(minDays * dayMs, (retentionDays * dayMs) / spansOfRetention);
}

/** Ratio between neighbouring size classes. */
const sizeFactor = 4;
/** Smaller segments all belong to the lowest class. */
const smallestClassFacts = 10_000;

/** Returns the maximum facts of each size class but the highest, of segments that may be merged up to the target. */
export function sizeClassBounds(targetFacts: number): readonly number[] {
  const bounds = [];
  for (let bound = smallestClassFacts; bound < targetFacts; bound *= sizeFactor) bounds.push(bound);
  return bounds;
}

/**
 * Chooses segments to merge: of the same size class, and with first and last facts in the same
 * spans of time; the smallest class first, and then the oldest. Returns null if there are not enough:
 * fewer than `minSegments`, which do not fill a merged segment either.
 * `segments` are ordered by time. Those with more than half of the target stay as they are.
 *
 * A fact is rewritten at most once per size class, so the cost of merging stays proportional to the
 * number of facts, however small the batches were. Spans begin at multiples of `spanMs`, so that a
 * merged segment lies in the same spans as its sources however often it is merged.
 */
export function chooseMerge<Segment extends Mergeable>(
  segments: readonly Segment[],
  { targetFacts, minSegments, spanMs }: MergeTerms & { readonly spanMs: number },
): readonly Segment[] | null {
  const bounds = sizeClassBounds(targetFacts);
  const groups = new Map<string, { readonly size: number; readonly segments: Segment[] }>();
  for (const segment of segments) {
    if (segment.facts * 2 > targetFacts) continue;
    const size = bounds.filter((bound) => bound < segment.facts).length;
    const [first, last] = [segment.firstMs, segment.lastMs].map((ms) => Math.floor(ms / spanMs));
    const key = `${size} ${first} ${last}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { size, segments: [segment] });
    else group.segments.push(segment);
  }
  for (const group of [...groups.values()].toSorted((a, b) => a.size - b.size)) {
    const chosen = withinTarget(group.segments, targetFacts);
    const fillTarget = chosen.length < group.segments.length;
    if (fillTarget || chosen.length >= minSegments) return chosen;
  }
  return null;
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
