import type { Request } from 'express';
import { canonicalSha256 } from '@hourglass/contract';
import { invalidRequest, type IdempotencyKey } from '@hourglass/reports';

/** Returns null if the header is absent. @throws ReportError `request.invalid` */
export function readIdempotencyKey(request: Request): string | null {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return null;
  if (typeof key === 'string' && /^[\x21-\x7e]{1,255}$/.test(key)) return key;
  throw invalidRequest([
    { field: 'Idempotency-Key', message: 'expected 1 to 255 visible ASCII characters without spaces' },
  ]);
}

/**
 * Reads the key of a submission. `content`: everything that determines the submission's effect; a
 * key must not be reused with another one.
 * @throws ReportError `request.invalid`
 */
export function idempotencyKeyOf(request: Request, content: object): IdempotencyKey | undefined {
  const key = readIdempotencyKey(request);
  return key === null ? undefined : { key, requestSha256: Buffer.from(canonicalSha256(content), 'hex') };
}
