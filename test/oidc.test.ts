import { randomBytes } from 'node:crypto';
import { errorBody, signedIn, tokenList, userList } from '@hourglass/contract';
import { startSystem, type RunningSystem } from '@hourglass/testing';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { oidcClient, signInAt, startIdentityProvider, type IdentityProvider } from './identity-provider.ts';

/** The address of browsers, which no process has: the test takes the place of the proxy. */
const publicUrl = 'https://reports.example/hourglass';
const callbackUrl = `${publicUrl}/v1/signIn/oidc/callback`;

describe('sign-in through an identity provider', () => {
  let provider: IdentityProvider;
  let system: RunningSystem;
  beforeAll(async () => {
    provider = await startIdentityProvider(callbackUrl);
    system = await startSystem({
      worker: false,
      env: {
        HOURGLASS_PUBLIC_URL: publicUrl,
        HOURGLASS_SECRET_KEY: randomBytes(32).toString('base64'),
        HOURGLASS_OIDC_ISSUER: provider.issuer,
        HOURGLASS_OIDC_CLIENT_ID: oidcClient.id,
        HOURGLASS_OIDC_CLIENT_SECRET: oidcClient.secret,
        HOURGLASS_OIDC_GROUPS: 'analysts=acme:member,admins=acme:administrator,others=elsewhere:member',
      },
    });
  });
  afterAll(async () => {
    await system.stop();
    await provider.stop();
  });

  /** The provider's user has this e-mail address and these groups from now on. */
  function know(email: string, groups: readonly string[], isVerified = true): string {
    provider.users.set(email, { email, email_verified: isVerified, groups });
    return email;
  }

  /** Begins a sign-in. Returns the page of the provider and the cookie. */
  async function begin(): Promise<{ page: URL; cookie: string; setCookie: string }> {
    const response = await fetch(`${system.url}/v1/signIn/oidc`, { redirect: 'manual' });
    expect(response.status).toBe(302);
    const [setCookie = ''] = response.headers.getSetCookie();
    const [cookie = ''] = setCookie.split(';');
    return { page: new URL(response.headers.get('location') ?? ''), cookie, setCookie };
  }

  /** Follows the provider's redirect to the API. */
  const finish = (callback: URL, cookie: string) =>
    fetch(`${system.url}/v1/signIn/oidc/callback${callback.search}`, { headers: { Cookie: cookie } });

  async function signIn(user: string): Promise<Response> {
    const { page, cookie } = await begin();
    return finish(await signInAt(page.href, user), cookie);
  }

  async function refusal(response: Response): Promise<string> {
    return `${response.status} ${errorBody.parse(await response.json()).code}`;
  }

  const call = async (path: string, authorization = `Bearer ${system.token}`) =>
    fetch(`${system.url}/v1/organizations/acme${path}`, { headers: { Authorization: authorization } });

  async function roleOf(email: string): Promise<string | undefined> {
    const { users } = userList.parse(await (await call('/users')).json());
    return users.find((user) => user.email === email)?.role;
  }

  test('sends the browser there with PKCE, and keeps its secrets in a cookie that scripts cannot read', async () => {
    const { page, setCookie } = await begin();
    expect(page.origin).toBe(provider.issuer);
    expect(Object.fromEntries(page.searchParams)).toMatchObject({
      response_type: 'code',
      client_id: oidcClient.id,
      redirect_uri: callbackUrl,
      code_challenge_method: 'S256',
      state: expect.stringMatching(/.{40}/) as string,
      nonce: expect.stringMatching(/.{40}/) as string,
    });
    expect(setCookie).toMatch(
      /^hourglass_sign_in=[\w-]+; Path=\/hourglass\/v1\/signIn\/oidc; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(setCookie).not.toContain(page.searchParams.get('state'));
  });

  test('creates the user of a mapped group, with a token for eight hours', async () => {
    const user = know('Ann@Acme.example', ['staff', 'analysts']);
    const response = await signIn(user);
    const text = await response.text();
    expect([response.status, text, response.headers.get('cache-control')]).toEqual([
      200,
      expect.anything(),
      'no-store',
    ]);
    const { token, expires, ...rest } = signedIn.parse(JSON.parse(text));
    expect(rest).toEqual({ email: 'ann@acme.example', organization: 'acme', role: 'member' });
    expect((Date.parse(expires) - Date.now()) / 3_600_000).toBeCloseTo(8, 1);
    expect((await call('', `Bearer ${token}`)).status).toBe(200);
    expect((await call('/users', `Bearer ${token}`)).status).toBe(403);
    const { tokens } = tokenList.parse(await (await call('/tokens')).json());
    expect(tokens[0]).toMatchObject({ email: 'ann@acme.example', description: 'OpenID Connect' });
  });

  test('gives the role of the groups at each sign-in, and refuses a user without any', async () => {
    const user = know('joe@acme.example', ['analysts']);
    expect((await signIn(user)).status).toBe(200);
    know(user, ['analysts', 'admins']);
    const { token } = signedIn.parse(await (await signIn(user)).json());
    expect([await roleOf(user), (await call('/users', `Bearer ${token}`)).status]).toEqual([
      'administrator',
      200,
    ]);
    know(user, ['analysts']);
    expect((await signIn(user)).status).toBe(200);
    expect([await roleOf(user), (await call('/users', `Bearer ${token}`)).status]).toEqual(['member', 403]);
    // A group of another organization does not move a user.
    know(user, ['others']);
    expect(await refusal(await signIn(user))).toBe('403 sign_in.no_access');
  });

  test('refuses users without a mapped group or a verified address, and creates none', async () => {
    expect(await refusal(await signIn(know('eve@acme.example', ['staff'])))).toBe('403 sign_in.no_access');
    expect(await refusal(await signIn(know('eve@acme.example', ['admins'], false)))).toBe(
      '403 sign_in.refused',
    );
    expect(await roleOf('eve@acme.example')).toBeUndefined();
  });

  test('accepts a redirect once, in the browser that began, and with its own state', async () => {
    const user = know('kim@acme.example', ['analysts']);
    const { page, cookie } = await begin();
    const callback = await signInAt(page.href, user);
    const other = await begin();
    expect(await refusal(await finish(callback, ''))).toBe('400 sign_in.state');
    expect(await refusal(await finish(callback, `${cookie.slice(0, -4)}AAAA`))).toBe('400 sign_in.state');
    expect(await refusal(await finish(callback, other.cookie))).toBe('400 sign_in.state');
    const forged = new URL(callback);
    forged.searchParams.set('state', 'forged');
    expect(await refusal(await finish(forged, cookie))).toBe('400 sign_in.state');
    expect((await finish(callback, cookie)).status).toBe(200);
    expect(await refusal(await finish(callback, cookie))).toBe('400 sign_in.state');
  });

  test('says that the user declined', async () => {
    const { page, cookie } = await begin();
    const state = page.searchParams.get('state') ?? '';
    const declined = new URL(callbackUrl);
    declined.search = new URLSearchParams({ state, error: 'access_denied', iss: provider.issuer }).toString();
    expect(await refusal(await finish(declined, cookie))).toBe('403 sign_in.refused');
  });

  test('is a 503 while the provider is away', async () => {
    const { page, cookie } = await begin();
    const callback = await signInAt(page.href, know('lea@acme.example', ['analysts']));
    await provider.stop();
    const response = await finish(callback, cookie);
    expect(response.headers.get('retry-after')).not.toBeNull();
    expect(await refusal(response)).toBe('503 sign_in.provider');
    expect(system.api.output()).not.toContain(oidcClient.secret);
  });
});
