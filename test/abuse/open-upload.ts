import { once } from 'node:events';
import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { eventually } from '@hourglass/testing';

export interface UploadTarget {
  readonly url: string;
  readonly organization: string;
  readonly token: string;
}

export interface OpenUpload {
  /** For the parts of the body. */
  readonly request: ClientRequest;
  readonly response: Promise<{
    readonly status: number;
    readonly headers: IncomingMessage['headers'];
    readonly body: string;
  }>;
  /** Closes the connection. */
  leave(): void;
}

/** Begins to send facts on a connection of its own and leaves the body open. */
export function openUpload(
  { url, organization, token }: UploadTarget,
  headers: Readonly<Record<string, string>> = {},
): OpenUpload {
  const request = httpRequest(`${url}/v1/organizations/${organization}/environments/prod/facts/api`, {
    method: 'POST',
    agent: false,
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/x-ndjson', ...headers },
  });
  const response = (async () => {
    const [incoming] = (await once(request, 'response')) as [IncomingMessage];
    // The connection may be closed while the rest of the body is being sent.
    request.on('error', () => {});
    return { status: incoming.statusCode ?? 0, headers: incoming.headers, body: await text(incoming) };
  })();
  // A test that leaves an upload open does not wait for its response.
  response.catch(() => {});
  request.flushHeaders();
  return { request, response, leave: () => request.destroy() };
}

/** Waits until the API receives exactly `count` batches. */
export async function receiving({ url }: Pick<UploadTarget, 'url'>, count: number): Promise<void> {
  await eventually(`the API receives ${count} batches`, async () =>
    (await countReceiving(url)) === count ? true : null,
  );
}

async function countReceiving(url: string): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(/^hourglass_uploads\{state="receiving"\} (\d+)$/m.exec(metrics)?.[1]);
}

export function factLine(apiproxy: string): string {
  return `${JSON.stringify({ timestamp: '2026-01-05T10:00:00Z', apiproxy })}\n`;
}
