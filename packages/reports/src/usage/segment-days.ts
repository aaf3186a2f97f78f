import type { TimeRange } from '@hourglass/query';

/** A segment with the times of its oldest and its newest fact, both inclusive. */
export interface SegmentSpan {
  readonly dataset: string;
  readonly facts: number;
  readonly bytes: number;
  readonly firstMs: number;
  readonly lastMs: number;
}

/** The segments of a dataset that have facts of a day in UTC. */
export interface SegmentDay {
  readonly startMs: number;
  readonly dataset: string;
  readonly segments: number;
  /** Rounded. A segment of several days counts in each by its share of the time. */
  readonly facts: number;
  readonly bytes: number;
}

export const dayMs = 86_400_000;

/**
 * Returns the days of a range of whole days in UTC, by day and dataset, without days that have no facts. Segments record
 * no facts by day, so that those of several days are taken to be evenly spread.
 */
export function spreadOverDays(spans: readonly SegmentSpan[], range: TimeRange): readonly SegmentDay[] {
  const days = new Map<string, { -readonly [Name in keyof SegmentDay]: SegmentDay[Name] }>();
  for (const { dataset, facts, bytes, firstMs, lastMs } of spans) {
    const endMs = lastMs + 1;
    const first = Math.max(range.startMs, Math.floor(firstMs / dayMs) * dayMs);
    for (let startMs = first; startMs < Math.min(endMs, range.endExclusiveMs); startMs += dayMs) {
      const share = (Math.min(endMs, startMs + dayMs) - Math.max(firstMs, startMs)) / (endMs - firstMs);
      const key = `${startMs} ${dataset}`;
      const day = days.get(key) ?? { startMs, dataset, segments: 0, facts: 0, bytes: 0 };
      day.segments += 1;
      day.facts += facts * share;
      day.bytes += bytes * share;
      days.set(key, day);
    }
  }
  return [...days.values()]
    .toSorted((one, other) => one.startMs - other.startMs || (one.dataset < other.dataset ? -1 : 1))
    .map((day) => ({ ...day, facts: Math.round(day.facts), bytes: Math.round(day.bytes) }));
}
