import {
  allowInsecureRequests,
  authorizationCodeGrant,
  AuthorizationResponseError,
  buildAuthorizationUrl,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
  ResponseBodyError,
  type Configuration,
} from 'openid-client';
import type { OidcSettings } from '@hourglass/platform';
import { ReportError, type ExternalIdentity } from '@hourglass/reports';

/** The secrets of a sign-in under way, which only its browser has. */
export interface PendingSignIn {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

export interface OidcProvider {
  /** Returns the page of the provider to which the browser goes. */
  begin(): Promise<{ readonly url: URL; readonly pending: PendingSignIn }>;
  /**
   * Exchanges the code in the URL to which the provider sent the browser.
   * @throws ReportError `sign_in.state` for a code that is used or of another sign-in, `sign_in.refused`,
   * `sign_in.provider`
   */
  finish(callback: URL, pending: PendingSignIn): Promise<ExternalIdentity>;
}

const timeoutSeconds = 10;

/** Reads the metadata of the provider at the first sign-in, so that its outage does not stop the API. */
export function createOidcProvider(
  settings: OidcSettings,
  { redirectUri }: { redirectUri: string },
): OidcProvider {
  const configure = createConfigure(settings);
  return {
    async begin() {
      const pending = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
      const url = buildAuthorizationUrl(await configure(), {
        redirect_uri: redirectUri,
        scope: settings.scopes,
        state: pending.state,
        nonce: pending.nonce,
        code_challenge: await calculatePKCECodeChallenge(pending.verifier),
        code_challenge_method: 'S256',
      });
      return { url, pending };
    },
    async finish(callback, { state, nonce, verifier }) {
      if (callback.searchParams.get('state') !== state) throw new ReportError('sign_in.state');
      const config = await configure();
      try {
        const granted = await authorizationCodeGrant(config, callback, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const { sub = '', ...claims } = granted.claims() ?? {};
        // Many providers tell address and groups only here.
        const hasUserInfo = config.serverMetadata().userinfo_endpoint !== undefined;
        const more = hasUserInfo ? await fetchUserInfo(config, granted.access_token, sub) : {};
        return identityOf({ ...claims, ...more }, settings.groupsClaim);
      } catch (error) {
        throw describe(error);
      }
    },
  };
}

function createConfigure({ issuer, clientId, clientSecret }: OidcSettings): () => Promise<Configuration> {
  let known: Promise<Configuration> | null = null;
  const execute = issuer.startsWith('http:') ? [allowInsecureRequests] : [];
  return async () => {
    known ??= discovery(new URL(issuer), clientId, clientSecret, undefined, {
      execute,
      timeout: timeoutSeconds,
    });
    try {
      return await known;
    } catch (error) {
      known = null;
      throw unavailable(error);
    }
  };
}

/** @throws ReportError `sign_in.refused` without a verified e-mail address */
function identityOf(claims: Readonly<Record<string, unknown>>, groupsClaim: string): ExternalIdentity {
  const { email, email_verified: isVerified } = claims;
  if (typeof email !== 'string' || isVerified !== true) {
    throw new ReportError('sign_in.refused', { reason: 'it has not verified an e-mail address of yours' });
  }
  const groups = claims[groupsClaim];
  return {
    email: email.toLowerCase(),
    groups: Array.isArray(groups) ? groups.filter((group) => typeof group === 'string') : [],
  };
}

function describe(error: unknown): ReportError {
  if (error instanceof ReportError) return error;
  if (error instanceof AuthorizationResponseError) {
    return new ReportError('sign_in.refused', { reason: error.error_description ?? error.error });
  }
  const isUsedCode = error instanceof ResponseBodyError && error.error === 'invalid_grant';
  return isUsedCode ? new ReportError('sign_in.state') : unavailable(error);
}

function unavailable(cause: unknown): ReportError {
  const error = new ReportError('sign_in.provider');
  error.cause = cause;
  return error;
}
