import { once } from 'node:events';
import { request, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export type Headers = Readonly<Record<string, string>>;

export interface BrowserResponse {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Sends a request with the headers that a browser would set; `fetch` sets some of them itself. */
export async function browserRequest(
  url: string,
  { method = 'GET', headers = {}, body = '' }: { method?: string; headers?: Headers; body?: string } = {},
): Promise<BrowserResponse> {
  const sent = request(url, { method, headers });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

/** The headers of a page that the API at this URL serves. */
export function ownPage(url: string): Headers {
  return { Origin: new URL(url).origin, 'Sec-Fetch-Site': 'same-origin', 'Content-Type': 'application/json' };
}

/** Signs in as the console does. Returns the attributes of the cookie, and the pair to send. */
export async function signInWithCookie(
  url: string,
  { email, password }: { readonly email: string; readonly password: string },
  headers: Headers = {},
): Promise<BrowserResponse & { readonly cookie: string; readonly attributes: readonly string[] }> {
  const response = await browserRequest(`${url}/v1/session`, {
    method: 'POST',
    headers: { ...ownPage(url), ...headers },
    body: JSON.stringify({ email, password }),
  });
  const [cookie = '', ...attributes] = (response.headers['set-cookie']?.[0] ?? '').split('; ');
  return { ...response, cookie, attributes };
}
