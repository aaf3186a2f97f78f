import { constants } from 'node:crypto';
import type { Socket } from 'node:net';
import { createServer, type SecureContextOptions } from 'node:tls';
import { closeWith, unreadable } from '../http/unreadable-request.ts';
import type { Admission } from './admission.ts';
import type { PemPair } from './certificate.ts';
import { receiveFirstBytes } from './first-bytes.ts';

export interface Handshakes {
  /** Calls `receive` with the encrypted connection after its handshake. */
  begin(socket: Socket, receive: (secured: Socket) => void): void;
  /** For new connections. Those that are open keep theirs. */
  useCertificate(pair: PemPair): void;
}

export interface HandshakeOptions {
  readonly certificate: PemPair;
  readonly admission: Pick<Admission, 'beginHead' | 'endHead'>;
  /** Time for the first byte of a connection. */
  readonly silenceMs: number;
}

/** The type of the TLS record that begins a connection. */
const handshakeRecord = 0x16;
const handshakeTimeoutMs = 10_000;

/**
 * Makes TLS connections of those that a server accepted. A handshake counts as an unfinished head
 * from its first byte to its end, and its whole duration is bounded, however its bytes arrive.
 */
export function createHandshakes({ certificate, admission, silenceMs }: HandshakeOptions): Handshakes {
  const unfinished = new Map<string, (secured: Socket) => void>();
  // Does not listen: connections are injected.
  const server = createServer({ ...contextOf(certificate), ALPNProtocols: ['http/1.1'] });
  server.on('secureConnection', (secured) => unfinished.get(nameOf(secured))?.(secured));
  server.on('tlsClientError', (_error, socket) => socket.destroy());

  function shakeHands(socket: Socket, bytes: Buffer, receive: (secured: Socket) => void): void {
    const name = nameOf(socket);
    const timeout = setTimeout(() => socket.destroy(), handshakeTimeoutMs);
    const stop = () => {
      clearTimeout(timeout);
      unfinished.delete(name);
      admission.endHead(socket);
      socket.off('close', stop);
    };
    unfinished.set(name, (secured) => {
      stop();
      receive(secured);
    });
    socket.once('close', stop);
    socket.pause();
    socket.unshift(bytes);
    // As in Node's own server of TLS: a client that leaves during the handshake is noticed.
    socket.allowHalfOpen = false;
    server.emit('connection', socket);
  }

  return {
    useCertificate: (pair) => server.setSecureContext(contextOf(pair)),
    begin(socket, receive) {
      const onTimeout = () => socket.destroy();
      receiveFirstBytes(socket, { timeoutMs: silenceMs, onTimeout }, (bytes) => {
        if (bytes[0] !== handshakeRecord) closeWith(socket, unreadable.notTls);
        else if (admission.beginHead(socket)) shakeHands(socket, bytes, receive);
        else socket.destroy();
      });
    },
  };
}

function contextOf({ cert, key }: PemPair): SecureContextOptions {
  // A client could make the server compute one handshake after another on one connection.
  return { cert, key, minVersion: 'TLSv1.2', secureOptions: constants.SSL_OP_NO_RENEGOTIATION };
}

/** Equal for a connection and for the encrypted one over it. */
function nameOf({ localAddress, localPort, remoteAddress, remotePort }: Socket): string {
  return [localAddress, localPort, remoteAddress, remotePort].join(' ');
}
