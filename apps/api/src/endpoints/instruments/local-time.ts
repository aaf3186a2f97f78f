const dayMs = 86_400_000;
const second = 1000;

/** Milliseconds that clocks in a zone are ahead of UTC at an instant. */
export type OffsetAt = (instantMs: number) => number;

/** The offsets of a zone of the tz database. Throws RangeError when there is no such zone. */
export function offsetsOf(timeZone: string): OffsetAt {
  const format = new Intl.DateTimeFormat('en', {
    ...{ timeZone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric' },
    ...{ hour: 'numeric', minute: 'numeric', second: 'numeric' },
  });
  return (instantMs) => {
    const parts = new Map(format.formatToParts(instantMs).map(({ type, value }) => [type, Number(value)]));
    const at = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const local = Date.UTC(at('year'), at('month') - 1, at('day'), at('hour'), at('minute'), at('second'));
    return local - Math.floor(instantMs / second) * second;
  };
}

/**
 * The half-open range of the seconds from one local time to another, both inclusive. Local times are milliseconds since
 * 1970 as if they were UTC, of whole seconds. Of a time that clocks show twice, the range begins at the first and ends
 * with the second; one that they skip stands for the end of the gap, in which nothing happens.
 */
export function rangeOfLocalTimes(
  fromLocalMs: number,
  toLocalMs: number,
  offsetAt: OffsetAt,
): { readonly startMs: number; readonly endExclusiveMs: number } {
  const last = instantsOf(toLocalMs, offsetAt).at(-1);
  return {
    startMs: instantsOf(fromLocalMs, offsetAt)[0] ?? endOfGap(fromLocalMs, offsetAt),
    endExclusiveMs: last === undefined ? endOfGap(toLocalMs, offsetAt) : last + second,
  };
}

/** The instants at which clocks show the time: one, two where they are set back, none where they are set forward. */
function instantsOf(localMs: number, offsetAt: OffsetAt): readonly number[] {
  // No offset is as large as a day, so these are those before and after a change that may be near.
  const offsets = new Set([offsetAt(localMs - dayMs), offsetAt(localMs + dayMs)]);
  return [...offsets]
    .map((offset) => localMs - offset)
    .filter((instant) => instant + offsetAt(instant) === localMs)
    .toSorted((a, b) => a - b);
}

/** The instant at which clocks are set forward over the time. */
function endOfGap(localMs: number, offsetAt: OffsetAt): number {
  let before = localMs - dayMs;
  let after = localMs + dayMs;
  const offsetBefore = offsetAt(before);
  while (after - before > second) {
    const middle = Math.floor((before + after) / 2 / second) * second;
    if (offsetAt(middle) === offsetBefore) before = middle;
    else after = middle;
  }
  return after;
}
