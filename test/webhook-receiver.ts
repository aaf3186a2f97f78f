import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedMessage {
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** How a receiver answers its n-th request, counted from 0. Null: it never does. */
type Answer = (
  message: ReceivedMessage,
  n: number,
) => { readonly status: number; readonly headers?: Readonly<Record<string, string>> } | null;

export interface WebhookReceiver {
  readonly url: string;
  readonly received: readonly ReceivedMessage[];
  answer(how: Answer): void;
  stop(): Promise<void>;
}

/** A receiver on this machine that keeps what it is sent. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const received: ReceivedMessage[] = [];
  let answer: Answer = () => ({ status: 204 });
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { headers, url: path = '' } = request;
      const message = { path, headers, body: Buffer.concat(chunks).toString('utf8') };
      received.push(message);
      const answered = answer(message, received.length - 1);
      if (answered !== null) response.writeHead(answered.status, answered.headers).end();
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    answer(how) {
      answer = how;
    },
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => void server.close(resolve));
    },
  };
}
