import type { Request } from 'express';

/** The longest wait. Proxies cut silent connections soon after. */
export const maxWaitSeconds = 60;

/**
 * Returns the seconds of `Prefer: wait=N` (RFC 7240), at most `maxWaitSeconds`; null: none. A value that cannot be read is
 * ignored, as the RFC asks. The first of several counts.
 */
export function preferredWaitSeconds(request: Request): number | null {
  const header = request.headers['prefer'];
  if (header === undefined) return null;
  const preferences = [header].flat().join(',').split(',');
  for (const preference of preferences) {
    const [, digits] = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;|$)/i.exec(preference) ?? [];
    if (digits !== undefined) return Math.min(Number(digits), maxWaitSeconds);
  }
  return null;
}
