import type { ByteRange } from '@hourglass/reports';

/**
 * Accepts a range that reaches past the end of an object; as in HTTP, reading stops at the end.
 * @throws RangeError for positions that are not whole, negative or in the wrong order
 */
export function assertByteRange(range: ByteRange): void {
  const { start, endExclusive } = range;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(endExclusive)) {
    throw new RangeError(`byte range: ${start} to ${endExclusive}; expected whole positions`);
  }
  if (start < 0 || endExclusive < start) {
    throw new RangeError(`byte range: ${start} to ${endExclusive}; expected 0 <= start <= end`);
  }
}

export function isEmptyRange(range: ByteRange | undefined): boolean {
  return range !== undefined && range.start === range.endExclusive;
}
