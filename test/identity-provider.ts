import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';

/** Claims of the users, by the name with which they sign in. */
type ProviderUsers = Map<
  string,
  { readonly email: string; readonly email_verified: boolean; readonly groups: readonly string[] }
>;

export interface IdentityProvider {
  readonly issuer: string;
  readonly users: ProviderUsers;
  stop(): Promise<void>;
}

export const oidcClient = { id: 'hourglass', secret: 'secret-of-the-client' };

/** Starts an OpenID Connect provider on this machine, which accepts every password. */
export async function startIdentityProvider(redirectUri: string): Promise<IdentityProvider> {
  const users: ProviderUsers = new Map();
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: oidcClient.id, client_secret: oidcClient.secret, redirect_uris: [redirectUri] }],
    pkce: { required: () => true },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups'] },
    findAccount: (_context, id) => ({
      accountId: id,
      claims: () => ({ sub: id, ...users.get(id), groups: [...(users.get(id)?.groups ?? [])] }),
    }),
  });
  const serve = provider.callback();
  server.on('request', (request, response) => void serve(request, response));
  return {
    issuer,
    users,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** The cookies of a browser, for one origin. */
class CookieJar {
  private readonly cookies = new Map<string, string>();

  get header(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  keep(response: Response): void {
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const equals = pair.indexOf('=');
      this.cookies.set(pair.slice(0, equals), pair.slice(equals + 1));
    }
  }
}

/**
 * Signs in at the page of the provider, as a person in a browser, and consents. Returns the URL to which the provider
 * sends the browser.
 */
export async function signInAt(page: string, user: string): Promise<URL> {
  const jar = new CookieJar();
  const { origin } = new URL(page);
  const ask = async (url: URL, form?: Record<string, string>): Promise<Response> => {
    const response = await fetch(url, {
      redirect: 'manual',
      headers: { Cookie: jar.header },
      ...(form && { method: 'POST', body: new URLSearchParams(form) }),
    });
    jar.keep(response);
    return response;
  };
  let url = new URL(page);
  for (let step = 0; step < 10; step += 1) {
    const response = await ask(url);
    const text = await response.text();
    let location = response.headers.get('location');
    const prompt = /name="prompt" value="(\w+)"/.exec(text)?.[1];
    if (prompt !== undefined) {
      const answer = await ask(url, { prompt, login: user, password: 'any' });
      location = answer.headers.get('location');
    }
    if (location === null) throw new Error(`the provider stopped at ${url.href}: ${response.status} ${text}`);
    url = new URL(location, url);
    if (url.origin !== origin) return url;
  }
  throw new Error(`the provider did not send the browser back from ${url.href}`);
}
