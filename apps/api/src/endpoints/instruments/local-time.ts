import { bucketNumber, type ChartsRequest } from '@hourglass/contract';

const dayMs = 86_400_000;
const secondMs = 1000;

/** The offset of a zone's clocks from UTC at an instant, in milliseconds. */
export type OffsetAt = (instantMs: number) => number;

/** Returns the offsets of a zone of the tz database. Throws RangeError for an unknown zone. */
export function offsetsOf(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (instantMs) => {
    const parts = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
    const at = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const local = Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'));
    return local - Math.floor(instantMs / secondMs) * secondMs;
  };
}

/**
 * Converts an inclusive range of local clock times to a half-open range of instants. Local clock
 * times are whole seconds, as milliseconds since 1970 in UTC. A time that clocks show twice starts
 * the range at its first occurrence and ends it after its second. A time that clocks skip stands
 * for the end of the gap.
 */
export function rangeOfLocalTimes(
  fromLocalMs: number,
  toLocalMs: number,
  offsetAt: OffsetAt,
): { readonly startMs: number; readonly endExclusiveMs: number } {
  const last = instantsOf(toLocalMs, offsetAt).at(-1);
  return {
    startMs: instantsOf(fromLocalMs, offsetAt)[0] ?? endOfGap(fromLocalMs, offsetAt),
    endExclusiveMs: last === undefined ? endOfGap(toLocalMs, offsetAt) : last + secondMs,
  };
}

/**
 * Lists the days (`YYYY-MM-DD`) or months (`YYYY-MM`) between two local clock times, both
 * inclusive, in milliseconds since 1970 in UTC.
 */
export function bucketDates(fromLocalMs: number, toLocalMs: number, unit: ChartsRequest['unit']): string[] {
  const first = bucketNumber(fromLocalMs, unit);
  const last = bucketNumber(toLocalMs, unit);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    unit === 'day'
      ? new Date((first + index) * dayMs).toISOString().slice(0, 'YYYY-MM-DD'.length)
      : new Date(Date.UTC(1970, first + index)).toISOString().slice(0, 'YYYY-MM'.length),
  );
}

/**
 * The instants at which clocks show a time: one, two when clocks are set back, none when they are
 * set forward.
 */
function instantsOf(localMs: number, offsetAt: OffsetAt): readonly number[] {
  // No offset is as large as a day, so these are the offsets before and after a change that may be
  // near.
  const offsets = new Set([offsetAt(localMs - dayMs), offsetAt(localMs + dayMs)]);
  return [...offsets]
    .map((offset) => localMs - offset)
    .filter((instant) => instant + offsetAt(instant) === localMs)
    .toSorted((a, b) => a - b);
}

/** The instant at which clocks are set forward past a time that they skip. */
function endOfGap(localMs: number, offsetAt: OffsetAt): number {
  let before = localMs - dayMs;
  let after = localMs + dayMs;
  const offsetBefore = offsetAt(before);
  while (after - before > secondMs) {
    const middle = Math.floor((before + after) / 2 / secondMs) * secondMs;
    if (offsetAt(middle) === offsetBefore) before = middle;
    else after = middle;
  }
  return after;
}
