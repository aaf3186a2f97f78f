import type { Request, Response } from 'express';

const name = 'hourglass';

/**
 * The cookie of a session carries the token of a sign-in. Its browser shows it to no script, sends it with no request
 * that another site causes, and over HTTPS accepts it from no other host and no connection without TLS.
 */
export interface SessionCookies {
  /** Returns the token; null: there is none. */
  read(request: Request): string | null;
  set(
    request: Request,
    response: Response,
    session: { readonly token: string; readonly expires: Date },
  ): void;
  clear(request: Request, response: Response): void;
}

export function sessionCookies(publicUrl: string | null): SessionCookies {
  const isHttps = (request: Request) =>
    request.secure || (publicUrl !== null && new URL(publicUrl).protocol === 'https:');
  // Browsers refuse this prefix without `Secure`, with a `Domain`, and with another path.
  const nameFor = (request: Request) => (isHttps(request) ? `__Host-${name}` : name);
  const write = (request: Request, response: Response, value: string, expires: Date) =>
    response.append(
      'Set-Cookie',
      `${nameFor(request)}=${value}; Path=/; Expires=${expires.toUTCString()}; HttpOnly; SameSite=Strict` +
        (isHttps(request) ? '; Secure' : ''),
    );
  return {
    read(request) {
      const { cookie } = request.headers;
      if (cookie === undefined) return null;
      const prefix = `${nameFor(request)}=`;
      const pair = cookie.split(/; */).find((text) => text.startsWith(prefix));
      return pair?.slice(prefix.length) || null;
    },
    set: (request, response, { token, expires }) => void write(request, response, token, expires),
    clear: (request, response) => void write(request, response, '', new Date(0)),
  };
}
