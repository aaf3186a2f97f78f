import { ReportError } from '@hourglass/reports';

const maxShownLength = 200;

/** An entity tag in a list of them (RFC 9110, 8.8.3). The tag itself may contain commas. */
const entityTag = /(?<weak>W\/)?(?<tag>"[^"]*")/g;

/**
 * Whether a request may proceed by its `If-Match`, which compares strongly: a weak tag never matches
 * (RFC 9110, 13.1.1). `etag` is the strong, quoted one of the resource. `If-Unmodified-Since` and
 * `If-Modified-Since` are ignored, as RFC 9110 requires for a resource without `Last-Modified`.
 */
export function holdsIfMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined || header.trim() === '*') return true;
  return [...header.matchAll(entityTag)].some(
    ({ groups }) => groups?.['weak'] === undefined && groups?.['tag'] === etag,
  );
}

/** Whether the client has the resource by its `If-None-Match`, which compares weakly (13.1.2). */
export function matchesIfNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return [...header.matchAll(entityTag)].some(({ groups }) => groups?.['tag'] === etag);
}

/** The error for a precondition that does not hold. `expected` names what the header would have to match. */
export function preconditionFailed(header: string, found: string | undefined, expected: string): ReportError {
  return new ReportError('request.precondition', {
    header,
    found: (found ?? '').slice(0, maxShownLength),
    expected,
  });
}
