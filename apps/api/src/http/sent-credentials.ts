import type { Request } from 'express';
import { ReportError } from '@hourglass/reports';
import type { GuardedRoute } from './route.ts';
import type { SessionCookies } from './session-cookie.ts';

/** Well-formed, but not verified. */
export type SentCredentials =
  | {
      readonly kind: 'token';
      readonly token: string;
      /** Sent by a browser on its own, so that the request must come from a page of this API. */
      readonly isCookie?: true;
    }
  | { readonly kind: 'password'; readonly email: string; readonly password: string };

/** Longer than any that can exist, short enough to look up for strangers. */
const maxTokenLength = 1024;
const maxEmailLength = 254;
const maxPasswordLength = 1024;

/**
 * Reads Basic (e-mail address and password) or Bearer (token), or the bare token in the route's
 * `tokenHeader`, before anything is looked up. Without `Authorization` the cookie of a session counts.
 * @throws ReportError `auth.required`, or with a `tokenHeader` `auth.token`, for missing and malformed
 * credentials
 */
export function readSentCredentials(
  request: Request,
  route: Pick<GuardedRoute, 'tokenHeader'>,
  cookies: Pick<SessionCookies, 'read'>,
): SentCredentials {
  const { tokenHeader } = route;
  const { headers } = request;
  const credentials =
    tokenHeader === undefined
      ? headers.authorization === undefined
        ? ofCookie(cookies.read(request))
        : ofAuthorization(headers.authorization)
      : ofToken(String(headers[tokenHeader.toLowerCase()] ?? ''));
  if (credentials === null) throw refusedCredentials(route);
  return credentials;
}

/** Returns the well-formed token of a Bearer header; null: there is none. */
export function bearerToken({ headers: { authorization = '' } }: Request): string | null {
  const sent = ofAuthorization(authorization);
  return sent?.kind === 'token' ? sent.token : null;
}

/** The error for missing, malformed and wrong credentials alike. */
export function refusedCredentials({ tokenHeader }: Pick<GuardedRoute, 'tokenHeader'>): ReportError {
  return tokenHeader === undefined
    ? new ReportError('auth.required')
    : new ReportError('auth.token', { header: tokenHeader });
}

function ofAuthorization(authorization: string): SentCredentials | null {
  const [scheme = '', credentials = '', ...more] = authorization.split(/ +/, 3);
  if (more.length > 0) return null;
  switch (scheme.toLowerCase()) {
    case 'bearer':
      return ofToken(credentials);
    case 'basic':
      return ofBasic(credentials);
    default:
      return null;
  }
}

function ofCookie(token: string | null): SentCredentials | null {
  const credentials = ofToken(token ?? '');
  return credentials?.kind === 'token' ? { ...credentials, isCookie: true } : null;
}

function ofToken(token: string): SentCredentials | null {
  return token === '' || token.length > maxTokenLength ? null : { kind: 'token', token };
}

function ofBasic(credentials: string): SentCredentials | null {
  const decoded = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  // PostgreSQL rejects a NUL in the parameters of a statement.
  if (colon < 1 || colon > maxEmailLength || decoded.includes('\0')) return null;
  const password = decoded.slice(colon + 1);
  return password.length > maxPasswordLength
    ? null
    : { kind: 'password', email: decoded.slice(0, colon), password };
}
