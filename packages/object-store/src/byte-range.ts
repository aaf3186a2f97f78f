import type { ByteRange } from '@hourglass/reports';

/**
 * A range may reach past the end, as in HTTP; it then ends with the object.
 * @throws RangeError for positions that no object has.
 */
export function assertByteRange(range: ByteRange): void {
  const { start, endExclusive } = range;
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(endExclusive)) {
    throw new RangeError('a byte range has whole positions');
  }
  if (start < 0 || endExclusive < start) {
    throw new RangeError(`${start} to ${endExclusive} is not a byte range`);
  }
}

export function isEmptyRange(range: ByteRange | undefined): boolean {
  return range !== undefined && range.start === range.endExclusive;
}
