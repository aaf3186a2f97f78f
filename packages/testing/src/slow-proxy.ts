import { EventEmitter, once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { closeServer } from './close-server.ts';

/** A proxy before an HTTP server whose answers can be slow. */
export interface SlowProxy {
  readonly url: string;
  /** Number of answers that are being delayed or held. */
  waiting(): number;
  /** Delays each answer from now on. */
  delay(ms: number): void;
  /** Holds all answers, until they are released. */
  hold(): void;
  release(): void;
  close(): Promise<void>;
}

/** `target` is the URL of the server behind the proxy. */
export async function startSlowProxy(target: string): Promise<SlowProxy> {
  const { hostname, port } = new URL(target);
  let delayMs = 0;
  let waiting = 0;
  let isHeld = false;
  const held = new EventEmitter().setMaxListeners(0);
  async function pass(answer: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    waiting += 1;
    if (isHeld) await once(held, 'released');
    if (delayMs > 0) await delay(delayMs);
    waiting -= 1;
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  }
  const server = createServer((incoming, outgoing) => {
    // Keeps the Host of the proxy, which the client has signed.
    const { method, url: path, headers } = incoming;
    const onward = request({ host: hostname, port, method, path, headers });
    onward.on('error', () => incoming.socket.destroy());
    incoming.on('error', () => onward.destroy());
    outgoing.on('close', () => onward.destroy());
    incoming.pipe(onward);
    onward.on('response', (answer) => {
      answer.on('error', () => outgoing.destroy());
      void pass(answer, outgoing);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    waiting: () => waiting,
    delay(ms) {
      delayMs = ms;
    },
    hold() {
      isHeld = true;
    },
    release() {
      isHeld = false;
      held.emit('released');
    },
    close: () => closeServer(server),
  };
}
