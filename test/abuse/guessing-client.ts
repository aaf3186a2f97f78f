import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';

export interface Answer {
  readonly status: number;
  readonly code: string | null;
  readonly retryAfterSeconds: number;
  readonly ms: number;
}

/** Sends Basic credentials from an address of this machine. Every address of 127/8 reaches the API. */
export function clientAt(localAddress: string): {
  signIn(url: string, email: string, password: string, signal?: AbortSignal): Promise<Answer>;
  close(): void;
} {
  const agent = new Agent({ keepAlive: true });
  return {
    async signIn(url, email, password, signal) {
      const startedMs = performance.now();
      const sent = request(`${url}/v1/organizations`, {
        agent,
        localAddress,
        auth: `${email}:${password}`,
        ...(signal === undefined ? {} : { signal }),
      });
      sent.end();
      const [response] = (await once(sent, 'response')) as [IncomingMessage];
      const body: unknown = JSON.parse(await text(response));
      return {
        status: response.statusCode ?? 0,
        code: typeof body === 'object' && body !== null && 'code' in body ? String(body.code) : null,
        retryAfterSeconds: Number(response.headers['retry-after'] ?? 0),
        ms: performance.now() - startedMs,
      };
    },
    close: () => agent.destroy(),
  };
}

/** Hashes that an API process has computed. */
export async function hashesOf(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^hourglass_password_hashes_total (\d+)/m.exec(metrics)?.[1]);
}
