import type { Request } from 'express';

/** Returns scheme, host and any path before `/v1`, without a trailing slash. */
export function publicOrigin({ headers, socket }: Request, publicUrl: string | null): string {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '');
  const host = headers.host ?? '';
  // A name or address with an optional port. Any other value is forged.
  if (/^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return `http://${host}`;
  return `http://${socket.localAddress ?? '127.0.0.1'}:${socket.localPort ?? 80}`;
}
