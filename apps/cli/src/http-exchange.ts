import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { text } from 'node:stream/consumers';
import { networkFailure, TimeoutReached } from './network-failure.ts';

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** Sends a request and resolves with the response, whatever its status. Redirects are responses like any other. */
export type Exchange = (url: string, request: HttpRequest) => Promise<IncomingMessage>;

/**
 * Creates an exchange that keeps connections open between requests. Unlike `fetch` it has a time
 * limit of its own to connect, and it follows no redirects, which could lead to another server.
 * @throws CommandError from `networkFailure` when there is no response
 */
export function createExchange(options: {
  readonly connectTimeoutMs: number;
  /** The longest silence of the server, while it works and while it sends. */
  readonly silenceTimeoutMs: number;
  readonly signal: AbortSignal;
}): Exchange {
  const agents = { 'http:': new http.Agent(keepAlive), 'https:': new https.Agent(keepAlive) };
  const exchange: Exchange = async (url, request) => {
    const target = new URL(url);
    const isSecure = target.protocol === 'https:';
    const sent = (isSecure ? https : http).request(target, {
      method: request.method,
      headers: request.headers,
      agent: isSecure ? agents['https:'] : agents['http:'],
      signal: options.signal,
      timeout: options.silenceTimeoutMs,
    });
    sent.once('timeout', () => sent.destroy(new TimeoutReached(options.silenceTimeoutMs)));
    limitConnecting(sent, isSecure, options.connectTimeoutMs);
    try {
      return await responseTo(sent, request.body);
    } catch (error) {
      options.signal.throwIfAborted();
      // The server closed the kept connection while this request was on its way, and did not read it.
      if (sent.reusedSocket && isReset(error)) return exchange(url, request);
      throw networkFailure(error, target);
    }
  };
  return exchange;
}

const keepAlive = { keepAlive: true, maxSockets: 4 };

export async function textOf(response: IncomingMessage, url: string): Promise<string> {
  try {
    return await text(response);
  } catch (error) {
    throw networkFailure(error, new URL(url));
  }
}

function responseTo(
  request: http.ClientRequest,
  body: string | Uint8Array | undefined,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
    request.end(body);
  });
}

function limitConnecting(request: http.ClientRequest, isSecure: boolean, timeoutMs: number): void {
  request.once('socket', (socket) => {
    if (request.reusedSocket) return;
    const timer = setTimeout(() => request.destroy(new TimeoutReached(timeoutMs)), timeoutMs);
    const end = () => clearTimeout(timer);
    socket.once(isSecure ? 'secureConnect' : 'connect', end).once('close', end);
  });
}

function isReset(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ECONNRESET' || error.code === 'EPIPE');
}
