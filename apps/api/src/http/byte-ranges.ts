import parseRange from 'range-parser';
import type { Request } from 'express';
import { ReportError, type ByteRange } from '@hourglass/reports';

/** More than any archive reader requests at once. Each range costs a read of the object store. */
const maxRanges = 16;

/**
 * Returns the requested ranges in the order of the header, with overlapping and adjacent ones
 * combined. Empty: send the whole object, which RFC 9110 requires if the method is not GET, the
 * header is malformed or `If-Range` names another ETag, a weak one or a date, and allows for too many
 * ranges.
 * @throws ReportError `result.range` if no range overlaps the object
 */
export function requestedRanges(request: Request, bytes: number, etag: string): readonly ByteRange[] {
  const header = request.headers.range;
  const ifRange = request.headers['if-range'];
  if (request.method !== 'GET' || header === undefined) return [];
  if (ifRange !== undefined && ifRange !== etag) return [];
  const ranges = parseRange(bytes, shortenSuffixes(header, bytes), { combine: true });
  if (ranges === -1) {
    request.res?.set('Content-Range', `bytes */${bytes}`);
    throw new ReportError('result.range', { found: header.slice(0, 100), bytes });
  }
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length > maxRanges) return [];
  return ranges.map(({ start, end }) => ({ start, endExclusive: end + 1 }));
}

/**
 * Limits suffix ranges to the size of the object, because the parser takes `-500` of a shorter
 * object for invalid.
 */
function shortenSuffixes(header: string, bytes: number): string {
  return header.replaceAll(
    /([=,]\s*)-(\d+)/g,
    (_, lead: string, count: string) => `${lead}-${Math.min(Number(count), bytes)}`,
  );
}

/** The value of a `Content-Range` header. */
export function contentRange({ start, endExclusive }: ByteRange, bytes: number): string {
  return `bytes ${start}-${endExclusive - 1}/${bytes}`;
}
