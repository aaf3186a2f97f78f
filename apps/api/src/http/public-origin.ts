import type { Request } from 'express';

/** Scheme, host and perhaps a path before `/v1`, without a slash at the end. */
export function publicOrigin({ headers, socket }: Request, publicUrl: string | null): string {
  if (publicUrl !== null) return publicUrl.replace(/\/+$/, '');
  const host = headers.host ?? '';
  // A name or address with or without a port; anything else cannot be what this API was reached by.
  if (/^(\[[0-9a-f:.]+\]|[\w.-]+)(:\d{1,5})?$/i.test(host)) return `http://${host}`;
  return `http://${socket.localAddress ?? '127.0.0.1'}:${socket.localPort ?? 80}`;
}
