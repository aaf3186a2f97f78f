import type { HeaderValues } from './route.ts';

const yearSeconds = 31_536_000;

/**
 * The headers of every response. Responses that may be cached set their own `Cache-Control`. With TLS,
 * of this API or in front of a public URL, browsers use only https from the first response on.
 */
export function commonHeaders({
  publicUrl,
  speaksTls,
}: {
  readonly publicUrl: string | null;
  readonly speaksTls: boolean;
}): HeaderValues {
  const isHttps = speaksTls || (publicUrl !== null && new URL(publicUrl).protocol === 'https:');
  return {
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    ...(isHttps ? { 'Strict-Transport-Security': `max-age=${yearSeconds}` } : {}),
  };
}
