import type { Request } from 'express';

/**
 * Returns scheme, host and any path before `/v1`, without a trailing slash. Without a public URL,
 * `X-Forwarded-Proto` and `X-Forwarded-Host` count if a trusted proxy sent them.
 */
export function publicOrigin(request: Request, publicUrl: string | null): string {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '');
  const { socket } = request;
  const scheme = request.protocol === 'https' ? 'https' : 'http';
  const host = hostOf(request);
  // A name or address with an optional port. Any other value is forged.
  if (/^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return `${scheme}://${host}`;
  return `${scheme}://${socket.localAddress ?? '127.0.0.1'}:${socket.localPort ?? 80}`;
}

/** The host that the client named, in `X-Forwarded-Host` if a trusted proxy sent it; may be empty. */
export function hostOf(request: Request): string {
  // Undefined for HTTP/1.0 without the header.
  const { host = '' } = request as { readonly host?: string };
  return host;
}
