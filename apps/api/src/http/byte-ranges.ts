import parseRange from 'range-parser';
import type { Request } from 'express';
import { ReportError, type ByteRange } from '@hourglass/reports';

/** More than any reader of an archive asks for at once; each costs a read of the object store. */
const maxRanges = 16;

/**
 * The ranges a request asks for, in its order, those that overlap or touch joined. Empty: send all of it, as RFC 9110
 * asks for when the method is not GET, the header is malformed, or `If-Range` names other bytes, and allows
 * when there are too many.
 * @throws ReportError `result.range` when all of them lie outside.
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

/** The last 500 bytes of a shorter object are all of it; the parser would call that outside. */
function shortenSuffixes(header: string, bytes: number): string {
  return header.replaceAll(
    /([=,]\s*)-(\d+)/g,
    (_, lead: string, count: string) => `${lead}-${Math.min(Number(count), bytes)}`,
  );
}

/** Value of a `Content-Range` header. */
export function contentRange({ start, endExclusive }: ByteRange, bytes: number): string {
  return `bytes ${start}-${endExclusive - 1}/${bytes}`;
}
