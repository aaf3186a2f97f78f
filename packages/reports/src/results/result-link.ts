import { createHmac, timingSafeEqual } from 'node:crypto';
import type { QueryScope } from '../queries/query-scope.ts';

/** What a link opens: the archive of one query, until a moment. */
export interface ResultLink extends QueryScope {
  readonly id: string;
  /** Seconds since 1970; from then on the link opens nothing. */
  readonly expiresSeconds: number;
}

/** Signature of a link, for a query string. */
export function signResultLink(link: ResultLink, key: Uint8Array): string {
  return digest(link, key).toString('base64url');
}

/** False for a link that was not signed with this key, was changed, or expired. */
export function isValidResultLink(
  link: ResultLink,
  signature: string,
  { key, nowMs }: { key: Uint8Array; nowMs: number },
): boolean {
  const given = Buffer.from(signature, 'base64url');
  const expected = digest(link, key);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return false;
  return nowMs < link.expiresSeconds * 1000;
}

function digest({ organization, environment, id, expiresSeconds }: ResultLink, key: Uint8Array): Buffer {
  // As JSON, so that no two links have the same text.
  const text = JSON.stringify([organization, environment, id, expiresSeconds]);
  return createHmac('sha256', key).update(text).digest();
}
