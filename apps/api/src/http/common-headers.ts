import type { HeaderValues } from './route.ts';

const yearSeconds = 31_536_000;

/**
 * The headers of every response. Responses that may be cached set their own `Cache-Control`; behind a
 * public URL with https, browsers use only that from the first response on.
 */
export function commonHeaders(publicUrl: string | null): HeaderValues {
  const isHttps = publicUrl !== null && new URL(publicUrl).protocol === 'https:';
  return {
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    ...(isHttps ? { 'Strict-Transport-Security': `max-age=${yearSeconds}` } : {}),
  };
}
