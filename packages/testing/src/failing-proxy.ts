import { once } from 'node:events';
import { closeServer } from './close-server.ts';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';

/** What becomes of a request that fails. */
type Failure = 'refused' | 'cut before' | 'cut after' | 'body cut' | 'hangs';

export interface FailingProxyOptions {
  /** Of the server behind it. */
  readonly target: string;
  /** Of the requests, 0 to 1. */
  readonly failingShare: number;
  /** Of those that fail, how many are never answered. */
  readonly hangingShare: number;
  /** The same one fails the same requests in the same way. */
  readonly seed: number;
}

export interface FailingProxy {
  readonly url: string;
  counts(): { readonly requests: number; readonly failed: number };
  /** Passes everything on from now on. */
  heal(): void;
  close(): Promise<void>;
}

/**
 * Stands before a server that speaks HTTP and lets some requests fail: answers 503, cuts the connection before the server
 * has the request or after it did what was asked, cuts the body of the answer, or answers nothing at all.
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
  // With the host of the proxy, which the client has signed.
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
    // An answer without a body is cut all the same.
    answer.once('end', () => incoming.socket.destroy());
  });
}

/** Numbers from 0 to below 1: a linear congruential generator, which is random enough here. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
