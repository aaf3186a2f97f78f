import { requireSecretKey, type Settings } from '@hourglass/platform';
import { oidcCallbackPath, oidcPath, type OidcSignIn } from '../endpoints/oidc-sign-in.ts';
import { createOidcProvider } from './oidc-provider.ts';
import { createSealedCookie } from './sealed-cookie.ts';

/** Enough to type a password and a code. */
const signInSeconds = 600;

/**
 * Null: no identity provider is configured.
 * @throws SettingsError without a secret key
 */
export function openOidc(settings: Settings<'api'>): OidcSignIn | null {
  const { oidc, publicUrl } = settings;
  if (oidc === null || publicUrl === null) return null;
  const base = publicUrl.replace(/\/+$/, '');
  const { protocol, pathname } = new URL(`${base}${oidcPath}`);
  const callbackUrl = `${base}${oidcCallbackPath}`;
  return {
    groupAccess: oidc.groups,
    callbackUrl,
    provider: createOidcProvider(oidc, { redirectUri: callbackUrl }),
    cookie: createSealedCookie({
      name: 'hourglass_sign_in',
      path: pathname,
      isHttps: protocol === 'https:',
      lifetimeSeconds: signInSeconds,
      key: requireSecretKey(settings),
      nowMs: Date.now,
    }),
  };
}
