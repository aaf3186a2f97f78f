import type { Duplex } from 'node:stream';

/** Limit of the request line and headers together. */
export const maxHeadBytes = 16_384;

/**
 * The same for orders, once the access key is known. Their conditions are in the URL, and a client
 * that sends a megabyte of them by mistake should receive the error that explains it.
 */
export const maxOrdersHeadBytes = 2_097_152;

/** Time for a client that is still sending to read the response. */
export const lingerMs = 2_000;

interface UnreadableResponse {
  readonly status: string;
  readonly code: string;
  readonly message: string;
  readonly retryAfterSeconds?: number;
}

export const unreadable = {
  headTooLarge: headTooLarge(maxHeadBytes),
  ordersHeadTooLarge: headTooLarge(maxOrdersHeadBytes),
  headTimeout: {
    status: '408 Request Timeout',
    code: 'request.timeout',
    message: 'The request did not arrive in time',
  },
  tooManyConnections: {
    status: '503 Service Unavailable',
    code: 'service.unavailable',
    message: 'Too many connections, in all or from this address; close some, or try again',
    retryAfterSeconds: 5,
  },
  unavailable: {
    status: '503 Service Unavailable',
    code: 'service.unavailable',
    message: 'The database is not available; try again',
    retryAfterSeconds: 5,
  },
  notTls: {
    status: '400 Bad Request',
    code: 'request.malformed',
    message: 'This port speaks TLS; expected a URL that begins with https://',
  },
  notHttp: { status: '400 Bad Request', code: 'request.malformed', message: 'Not an HTTP request' },
} as const satisfies Record<string, UnreadableResponse>;

const responses: Readonly<Record<string, UnreadableResponse>> = {
  HPE_HEADER_OVERFLOW: unreadable.headTooLarge,
  ERR_HTTP_REQUEST_TIMEOUT: unreadable.headTimeout,
};

/** Responds to a request that Node.js could not parse. */
export function respondToUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  // The rest of a head that was refused reaches the parser, too.
  if (socket.writableEnded) return;
  if (error.code === 'ECONNRESET' || !socket.writable) socket.destroy();
  else endWith(socket, responses[error.code ?? ''] ?? unreadable.notHttp);
}

/**
 * Writes a response and ends the connection. The path of the request, and so its error style, is
 * unknown; every style has `code` and `message`.
 */
export function endWith(socket: Duplex, response: UnreadableResponse): void {
  socket.end(textOf(response));
  // Closing while bytes arrive resets the connection, and the client may lose the response.
  socket.pause();
  const linger = setTimeout(() => socket.destroy(), lingerMs);
  socket.once('close', () => clearTimeout(linger));
}

/** Writes a response and closes the connection at once, for those that may not keep it. */
export function closeWith(socket: Duplex, response: UnreadableResponse): void {
  socket.end(textOf(response), () => socket.destroy());
}

function textOf({ status, code, message, retryAfterSeconds }: UnreadableResponse): string {
  const body = JSON.stringify({ code, message });
  const head = [
    `HTTP/1.1 ${status}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'X-Content-Type-Options: nosniff',
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
  ];
  return [...head, '', body].join('\r\n');
}

function headTooLarge(limitBytes: number): UnreadableResponse {
  return {
    status: '431 Request Header Fields Too Large',
    code: 'request.too_large',
    message: `URL and headers are larger than ${limitBytes} bytes`,
  };
}
