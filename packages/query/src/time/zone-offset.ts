/**
 * An offset from UTC, in seconds to the east, and the instant from which it holds. In a list they
 * are in ascending order; the first one also holds before its instant.
 */
export interface ZoneOffset {
  readonly fromMs: number;
  readonly offsetSeconds: number;
}

/** The time for which an offset holds: half-open, without a bound at the ends of the list. */
export interface OffsetSpan {
  readonly startMs: number;
  readonly endExclusiveMs: number;
  readonly offsetMs: number;
}

/** Local time is always at this offset. */
export function fixedOffset(minutes: number): readonly ZoneOffset[] {
  return [{ fromMs: 0, offsetSeconds: minutes * 60 }];
}

export function offsetSpans(offsets: readonly ZoneOffset[]): readonly OffsetSpan[] {
  return offsets.map(({ fromMs, offsetSeconds }, index) => ({
    startMs: index === 0 ? -Infinity : fromMs,
    endExclusiveMs: offsets[index + 1]?.fromMs ?? Infinity,
    offsetMs: offsetSeconds * 1_000,
  }));
}

/** Throws if the list has no offset. */
export function spanAt(spans: readonly OffsetSpan[], ms: number): OffsetSpan {
  const span = spans.find(({ endExclusiveMs }) => ms < endExclusiveMs);
  if (span === undefined) throw new Error('a zone has no offset; expected at least one');
  return span;
}

/**
 * Returns the first instant at which clocks show a local time or a later one: the first of two if
 * they are set back, the end of the gap if they skip it. Local times are milliseconds since 1970.
 */
export function firstInstant(spans: readonly OffsetSpan[], localMs: number): number {
  for (const { startMs, endExclusiveMs, offsetMs } of spans) {
    if (localMs - offsetMs < endExclusiveMs) return Math.max(localMs - offsetMs, startMs);
  }
  throw new Error('a zone has no offset; expected at least one');
}
