import { createHmac, timingSafeEqual } from 'node:crypto';
import type { QueryScope } from '../queries/query-scope.ts';

/** A link to the archive of one query, with an expiry. */
export interface ResultLink extends QueryScope {
  /** Id of the query. */
  readonly id: string;
  /** By which the link can be revoked. */
  readonly linkId: string;
  /** Seconds since 1970, at which the link expires. */
  readonly expiresSeconds: number;
}

/** Signs a link. The signature fits into a query string. */
export function signResultLink(link: ResultLink, key: Uint8Array): string {
  return digest(link, key).toString('base64url');
}

/** Returns false for a link that was signed with another key, was modified, or has expired. */
export function isValidResultLink(
  link: ResultLink,
  signature: string,
  { key, nowMs }: { key: Uint8Array; nowMs: number },
): boolean {
  const actual = Buffer.from(signature, 'base64url');
  const expected = digest(link, key);
  if (actual.length !== expected.length || !timingSafeEqual(actual, expected)) return false;
  return nowMs < link.expiresSeconds * 1000;
}

/** Returns path and query string of a link, below the URL of the API. */
export function signedArchivePath(link: ResultLink, key: Uint8Array): string {
  const { organization, environment, id, linkId, expiresSeconds } = link;
  const scope = `${encodeURIComponent(organization)}/environments/${encodeURIComponent(environment)}`;
  const signature = signResultLink(link, key);
  return `/v1/organizations/${scope}/queries/${id}/archive?link=${linkId}&expires=${expiresSeconds}&signature=${signature}`;
}

function digest(
  { organization, environment, id, linkId, expiresSeconds }: ResultLink,
  key: Uint8Array,
): Buffer {
  // JSON, so that different links never have the same text.
  const text = JSON.stringify([organization, environment, id, linkId, expiresSeconds]);
  return createHmac('sha256', key).update(text).digest();
}
