import type { Duplex } from 'node:stream';

/**
 * Limit of the request line and headers together. A list of orders has its conditions in the URL,
 * and a client that sends a megabyte of them by mistake should receive the error that explains it.
 */
export const maxHeaderBytes = 2_097_152;

interface UnreadableResponse {
  readonly status: string;
  readonly code: string;
  readonly message: string;
}

const responses: Readonly<Record<string, UnreadableResponse>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'request.too_large',
    message: `URL and headers are larger than ${maxHeaderBytes} bytes`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'request.timeout',
    message: 'The request did not arrive in time',
  },
};
const notHttp: UnreadableResponse = {
  status: '400 Bad Request',
  code: 'request.malformed',
  message: 'Not an HTTP request',
};

/**
 * Responds to a request that Node.js could not parse. Its path, and so its error style, is unknown;
 * every style has `code` and `message`.
 */
export function respondToUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, message } = responses[error.code ?? ''] ?? notHttp;
  const body = JSON.stringify({ code, message });
  const head = [
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end([`HTTP/1.1 ${status}`, 'Connection: close', ...head, '', body].join('\r\n'));
}
