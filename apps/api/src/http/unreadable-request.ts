import type { Duplex } from 'node:stream';

/**
 * Of a request's line and headers together. A list of orders has its conditions in the URL, and a client that sends a
 * megabyte of them by mistake is to learn what is wrong with them.
 */
export const maxHeaderBytes = 2_097_152;

interface Answer {
  readonly status: string;
  readonly code: string;
  readonly message: string;
}

const answers: Readonly<Record<string, Answer>> = {
  HPE_HEADER_OVERFLOW: {
    status: '431 Request Header Fields Too Large',
    code: 'request.too_large',
    message: `The URL and the headers are larger than ${maxHeaderBytes} bytes`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: '408 Request Timeout',
    code: 'request.timeout',
    message: 'The request did not come in time',
  },
};
const notHttp: Answer = {
  status: '400 Bad Request',
  code: 'request.malformed',
  message: 'This is no HTTP request',
};

/**
 * Answers what Node.js could not read as a request, so that no path and no style of errors is known: `code` and
 * `message` are in all of them.
 */
export function answerUnreadable(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { status, code, message } = answers[error.code ?? ''] ?? notHttp;
  const body = JSON.stringify({ code, message });
  const head = [
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  socket.end([`HTTP/1.1 ${status}`, 'Connection: close', ...head, '', body].join('\r\n'));
}
