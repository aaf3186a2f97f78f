import { once } from 'node:events';
import { closeServer } from './close-server.ts';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

/** The way in which a request fails. */
type Failure = 'refused' | 'cut before' | 'cut after' | 'body cut' | 'hangs';

export interface FailingProxyOptions {
  /** URL of the server behind the proxy. */
  readonly target: string;
  /** Share of requests that fail, 0 to 1. */
  readonly failingShare: number;
  /** Share of failing requests that never get a response, 0 to 1. */
  readonly hangingShare: number;
  /** The same seed makes the same requests fail in the same way. */
  readonly seed: number;
}

export interface FailingProxy {
  readonly url: string;
  counts(): { readonly requests: number; readonly failed: number };
  /** Forwards every request from now on. */
  heal(): void;
  close(): Promise<void>;
}

/**
 * A proxy before an HTTP server that makes some requests fail: it responds 503, closes the connection before the
 * server receives the request or after the server has processed it, cuts the response body, or never responds.
 */
export async function startFailingProxy(options: FailingProxyOptions): Promise<FailingProxy> {
  const target = new URL(options.target);
  const random = randomFrom(options.seed);
  let requests = 0;
  let failed = 0;
  let healed = false;

  function chooseFailure(): Failure | null {
    requests += 1;
    if (random() >= options.failingShare || healed) return null;
    failed += 1;
    if (random() < options.hangingShare) return 'hangs';
    const others = ['refused', 'cut before', 'cut after', 'body cut'] as const;
    return others[Math.floor(random() * others.length)] ?? 'refused';
  }

  const server = createServer((incoming, outgoing) => {
    const failure = chooseFailure();
    if (failure === 'hangs') return;
    if (failure === 'cut before') {
      incoming.socket.destroy();
      return;
    }
    if (failure === 'refused') {
      incoming.resume();
      outgoing.writeHead(503, { 'Content-Type': 'text/plain' }).end('try later');
      return;
    }
    pass(incoming, outgoing, target, failure);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    counts: () => ({ requests, failed }),
    heal() {
      healed = true;
    },
    close: () => closeServer(server),
  };
}

function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: URL,
  failure: 'cut after' | 'body cut' | null,
): void {
  // Keeps the Host of the proxy, which the client has signed.
  const { method, url: path, headers } = incoming;
  const onward = request({ host: target.hostname, port: target.port, method, path, headers });
  onward.on('error', () => incoming.socket.destroy());
  incoming.on('error', () => onward.destroy());
  incoming.pipe(onward);
  onward.on('response', (answer) => {
    answer.on('error', () => outgoing.destroy());
    if (failure === 'cut after') {
      answer.resume();
      incoming.socket.destroy();
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    if (failure === null) {
      answer.pipe(outgoing);
      return;
    }
    answer.once('data', (chunk: Buffer) => {
      outgoing.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => incoming.socket.destroy());
      answer.resume();
    });
    // A response without a body is cut, too.
    answer.once('end', () => incoming.socket.destroy());
  });
}

/** Returns numbers in [0, 1) from a linear congruential generator, which is random enough here. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
