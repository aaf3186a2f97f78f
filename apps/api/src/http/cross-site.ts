import type { Request } from 'express';
import { ReportError } from '@hourglass/reports';
import { hostOf } from './public-origin.ts';
import type { Route } from './route.ts';

/** The types that a form of another site can send without asking first. */
const formTypes = new Set(['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain']);

/**
 * Refuses what a page of another site makes a browser send, with the credentials that the browser
 * remembers. Clients that are no browsers send neither header.
 * @throws ReportError `request.origin`, `request.media_type`
 */
export function refuseCrossSite(request: Request, route: Route, publicUrl: string | null): void {
  if (route.method === 'get') return;
  const { origin, 'sec-fetch-site': site } = request.headers;
  if (site === 'cross-site') throw new ReportError('request.origin', { found: 'Sec-Fetch-Site cross-site' });
  if (origin !== undefined && !isOwnOrigin(origin, request, publicUrl)) {
    throw new ReportError('request.origin', { found: `Origin ${origin.slice(0, 100)}` });
  }
  // The reader of JSON refuses these types itself.
  if (route.body?.kind === 'stream') refuseForms(request, route.body.mediaType);
}

/**
 * Refuses the cookie of a session from everything but pages of this API. `SameSite` leaves pages of other ports and of
 * neighbouring host names. A browser sends `Sec-Fetch-Site` over HTTPS and to this machine only, `Origin` with every
 * request that writes, and a body of JSON to other sites only after asking.
 * @throws ReportError `request.origin`, `request.media_type`
 */
export function refuseForeignCookie(request: Request, route: Route, publicUrl: string | null): void {
  const { origin, 'sec-fetch-site': site } = request.headers;
  const isRead = route.method === 'get';
  // "none": the user followed a bookmark or typed the address.
  if (site !== undefined && site !== 'same-origin' && !(isRead && site === 'none'))
    throw new ReportError('request.origin', { found: `Sec-Fetch-Site ${site.slice(0, 100)}` });
  if (origin !== undefined && !isOwnOrigin(origin, request, publicUrl))
    throw new ReportError('request.origin', { found: `Origin ${origin.slice(0, 100)}` });
  if (isRead) return;
  if (site === undefined && origin === undefined)
    throw new ReportError('request.origin', { found: 'a cookie without Origin' });
  requireType(request, route.body?.kind === 'stream' ? route.body.mediaType : 'application/json');
}

function requireType({ headers }: Request, expected: string): void {
  const mediaType = mediaTypeOf(headers);
  if (mediaType === expected) return;
  const found = mediaType === '' ? 'a cookie without Content-Type' : `Content-Type ${mediaType}`;
  throw new ReportError('request.media_type', { found, expected });
}

function mediaTypeOf(headers: Request['headers']): string {
  const [mediaType = ''] = (headers['content-type'] ?? '').split(';');
  return mediaType.trim().toLowerCase();
}

function isOwnOrigin(origin: string, request: Request, publicUrl: string | null): boolean {
  if (!URL.canParse(origin)) return false;
  if (publicUrl !== null && new URL(publicUrl).origin === origin) return true;
  return new URL(origin).host === hostOf(request).toLowerCase();
}

function refuseForms({ headers }: Request, expected: string): void {
  const mediaType = mediaTypeOf(headers);
  if (!formTypes.has(mediaType)) return;
  throw new ReportError('request.media_type', {
    found: `Content-Type ${mediaType}`,
    expected: `${expected}, or no Content-Type; forms are refused, which other sites can send`,
  });
}
