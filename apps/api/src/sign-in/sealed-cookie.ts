import type { Request, Response } from 'express';
import { openSecret, sealSecret } from '@hourglass/reports';

export interface SealedCookie<Value> {
  set(response: Response, value: Value): void;
  /** Null: missing, expired, or not made by this API. */
  read(request: Request): Value | null;
  clear(response: Response): void;
}

export interface SealedCookieOptions {
  readonly name: string;
  /** Path, as browsers see it. */
  readonly path: string;
  readonly isHttps: boolean;
  readonly lifetimeSeconds: number;
  readonly key: Uint8Array;
  readonly nowMs: () => number;
}

/**
 * A short-lived cookie that its browser can neither read nor change. `Lax`, because it must come with the
 * navigation from another site that ends a sign-in.
 */
export function createSealedCookie<Value>(options: SealedCookieOptions): SealedCookie<Value> {
  const { name, path, isHttps, lifetimeSeconds, key, nowMs } = options;
  const write = (response: Response, value: string, maxAgeSeconds: number) =>
    response.append(
      'Set-Cookie',
      `${name}=${value}; Path=${path}; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`,
    );
  return {
    set(response, value) {
      const text = JSON.stringify({ value, expiresMs: nowMs() + lifetimeSeconds * 1000 });
      write(response, Buffer.from(sealSecret(text, key, name)).toString('base64url'), lifetimeSeconds);
    },
    read({ headers: { cookie = '' } }) {
      const sent = cookie.split(/; */).find((pair) => pair.startsWith(`${name}=`));
      const sealed = Buffer.from(sent?.slice(name.length + 1) ?? '', 'base64url');
      const text = openSecret(sealed, key, name);
      if (text === null) return null;
      const { value, expiresMs } = JSON.parse(text) as { value: Value; expiresMs: number };
      return nowMs() < expiresMs ? value : null;
    },
    clear(response) {
      write(response, '', 0);
    },
  };
}
