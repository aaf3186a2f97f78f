import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { Socket } from 'node:net';
import { leaveContinueTo } from '../http/expect-continue.ts';
import {
  closeWith,
  endWith,
  maxHeadBytes,
  maxOrdersHeadBytes,
  respondToUnreadable,
  unreadable,
} from '../http/unreadable-request.ts';
import { createAdmission, type Admission } from './admission.ts';
import type { ApiServerParts } from './api-server-parts.ts';
import type { PemPair } from './certificate.ts';
import { receiveFirstBytes } from './first-bytes.ts';
import { handOver } from './hand-over.ts';
import { createHandshakes, type Handshakes } from './handshakes.ts';
import { hasWholeHead, mayBeginWithOrders } from './orders-head.ts';
import { ordersReceiver } from './orders-receiver.ts';

export interface ApiServer {
  readonly server: Server;
  /** Closes the connections that have no request. */
  readonly closeIdle: () => void;
  /** Replaces the certificate of a server of TLS, for new connections. */
  readonly useCertificate: (certificate: PemPair) => void;
}

/** Only heads must arrive soon: an import may send its body for a long time. */
const headTimeoutMs = 30_000;
const requestTimeoutMs = 3_600_000;
/**
 * Longer than the minute for which proxies and clients keep idle connections, so that they close
 * them first.
 */
const keepAliveMs = 65_000;

/**
 * Creates the server of HTTP, or of HTTP over TLS. It reads the first bytes of each connection before
 * Node.js parses them: heads have 16 KiB, except that a connection which begins with a request for
 * orders goes to a server with a larger limit, after its access key is known, and has one request.
 */
export function createApiServer(parts: ApiServerParts): ApiServer {
  const admission = createAdmission(parts.limits, parts);
  const server = createHttpServer(parts.app, { maxHeaderSize: maxHeadBytes, admission });
  const ordersServer = createHttpServer(parts.app, { maxHeaderSize: maxOrdersHeadBytes, admission });
  ordersServer.maxRequestsPerSocket = 1;
  closeAfterResponse(ordersServer);
  const serve = takeConnections(server);
  const serveOrders = takeConnections(ordersServer);
  const receiveOrders = ordersReceiver(parts, { serve, serveOrders, timeoutMs: headTimeoutMs });
  const silent = new Set<Socket>();

  const receiveRequest = (socket: Socket) => {
    addUntilClosed(silent, socket);
    const onTimeout = () => endWith(socket, unreadable.headTimeout);
    receiveFirstBytes(socket, { timeoutMs: headTimeoutMs, onTimeout }, (bytes) => {
      silent.delete(socket);
      if (!hasWholeHead(bytes) && !admission.beginHead(socket)) {
        closeWith(socket, unreadable.tooManyConnections);
      } else if (mayBeginWithOrders(bytes)) receiveOrders(socket, bytes);
      else handOver(socket, bytes, serve);
    });
  };
  const handshakes = handshakesOf(parts, admission);
  const receiveHandshake = (socket: Socket, handshakes: Handshakes) => {
    addUntilClosed(silent, socket);
    handshakes.begin(socket, (secured) => {
      silent.delete(socket);
      receiveRequest(secured);
    });
  };
  server.on('connection', (socket: Socket) => {
    const isAdmitted = admission.admit(socket);
    if (handshakes === null) {
      if (isAdmitted) receiveRequest(socket);
      else closeWith(socket, unreadable.tooManyConnections);
    } else if (isAdmitted) receiveHandshake(socket, handshakes);
    else socket.destroy();
  });
  return {
    server,
    useCertificate: (certificate) => handshakes?.useCertificate(certificate),
    closeIdle() {
      for (const socket of silent) socket.destroy();
      server.closeIdleConnections();
    },
  };
}

function createHttpServer(
  app: RequestListener,
  { maxHeaderSize, admission }: { maxHeaderSize: number; admission: Admission },
): Server {
  const server = createServer({ maxHeaderSize, connectionsCheckingInterval: headTimeoutMs / 6 });
  for (const event of ['request', 'checkContinue'] as const) {
    server.on(event, ({ socket }) => admission.endHead(socket));
  }
  server.on('request', app);
  leaveContinueTo(app, server);
  server.on('clientError', respondToUnreadable);
  server.headersTimeout = headTimeoutMs;
  server.requestTimeout = requestTimeoutMs;
  server.keepAliveTimeout = keepAliveMs;
  return server;
}

/** `maxRequestsPerSocket` announces the end of a connection, and leaves it open until it is idle for long. */
function closeAfterResponse(server: Server): void {
  for (const event of ['request', 'checkContinue'] as const) {
    server.prependListener(event, (_request: IncomingMessage, response: ServerResponse) => {
      response.setHeader('Connection', 'close');
    });
  }
}

/** Takes the server's own listener for connections, and returns it as a function. */
function takeConnections(server: Server): (socket: Socket) => void {
  const listeners = server.listeners('connection');
  server.removeAllListeners('connection');
  return (socket) => {
    for (const listener of listeners) listener.call(server, socket);
  };
}

/** Null: the server speaks HTTP without TLS. */
function handshakesOf({ certificate }: ApiServerParts, admission: Admission): Handshakes | null {
  return certificate && createHandshakes({ certificate, admission, silenceMs: headTimeoutMs });
}

function addUntilClosed(set: Set<Socket>, socket: Socket): void {
  set.add(socket);
  socket.once('close', () => set.delete(socket));
}
