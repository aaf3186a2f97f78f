import http from 'node:http';
import https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { SendOutcome, TargetRules, WebhookSender } from '@hourglass/reports';
import { AddressRefused } from './checked-lookup.ts';

export interface PostTerms {
  readonly targets: TargetRules;
  /** Returns only addresses that may be connected to. */
  readonly lookup: LookupFunction;
  /** From the start to the head of the response. Standard Webhooks: 15 to 30 seconds. */
  readonly timeoutMs: number;
}

/** The rest of a response's body is not read. */
const maxResponseBytes = 16_384;
const userAgent = 'Hourglass-Webhooks/1';
/** With the look-up and TLS. */
const connectTimeoutMs = 5_000;

/**
 * Posts bodies to URLs of clients. Each request has a connection of its own, whose address the look-up has
 * checked; a URL with a literal address is checked before. Redirects are not followed. The body of the
 * response is discarded.
 */
export function createPoster(terms: PostTerms): WebhookSender {
  return {
    async post({ url, headers, body }, signal) {
      // Again: the settings may have changed since the URL was saved.
      const fault = terms.targets.faultOf(url);
      if (fault !== null) return failed(null, `the URL ${fault}`);
      const timeout = AbortSignal.timeout(terms.timeoutMs);
      try {
        const response = await exchange(
          new URL(url),
          { headers, body },
          {
            lookup: terms.lookup,
            signal: AbortSignal.any([signal, timeout]),
          },
        );
        return outcomeOf(response);
      } catch (error) {
        signal.throwIfAborted();
        return failed(
          null,
          timeout.aborted ? `no response within ${terms.timeoutMs / 1000} s` : reasonOf(error),
        );
      }
    },
  };
}

interface ResponseHead {
  readonly status: number;
  readonly retryAfter: string | undefined;
}

function exchange(
  url: URL,
  { headers, body }: { readonly headers: Readonly<Record<string, string>>; readonly body: string },
  { lookup, signal }: { readonly lookup: LookupFunction; readonly signal: AbortSignal },
): Promise<ResponseHead> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      headers: { ...headers, 'user-agent': userAgent, 'content-length': Buffer.byteLength(body) },
      agent: false,
      lookup,
      signal,
      maxHeaderSize: maxResponseBytes,
    });
    const connecting = setTimeout(() => request.destroy(new ConnectTimeout()), connectTimeoutMs);
    request.on('close', () => clearTimeout(connecting));
    request.on('socket', (socket) => {
      const event = url.protocol === 'https:' ? 'secureConnect' : 'connect';
      socket.once(event, () => clearTimeout(connecting));
    });
    request.on('error', reject);
    request.on('response', (response) => {
      resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
      discard(response);
    });
    request.end(body);
  });
}

class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

/** Reads a small body, so that the receiver can end its response, and cuts off a larger one. */
function discard(response: http.IncomingMessage): void {
  let received = 0;
  response.on('error', () => undefined);
  response.on('data', (chunk: Buffer) => {
    received += chunk.length;
    if (received > maxResponseBytes) response.destroy();
  });
}

function outcomeOf({ status, retryAfter }: ResponseHead): SendOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status >= 300 && status < 400)
    return failed(status, `status ${status}; expected 2xx: redirects are not followed`);
  const isBusy = status === 429 || status === 503;
  return {
    ...failed(status, `status ${status}; expected 2xx`),
    retryAfterMs: isBusy ? retryAfterMs(retryAfter) : null,
    isFinal: status === 410,
    isGone: status === 410,
  };
}

/** Seconds, or a date of HTTP. Null: neither. */
function retryAfterMs(value: string | undefined): number | null {
  if (value === undefined) return null;
  if (/^\d{1,9}$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? null : Math.max(0, date - Date.now());
}

function failed(status: number | null, error: string) {
  return { kind: 'failed', status, error, retryAfterMs: null, isFinal: false, isGone: false } as const;
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'its host name does not exist',
  EAI_AGAIN: 'its host name could not be resolved',
  ENETUNREACH: 'its network is not reachable',
  EHOSTUNREACH: 'its host is not reachable',
  ETIMEDOUT: 'the connection timed out',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not by a known authority',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not by a known authority',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is not by a known authority',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
};

/** Our own texts: messages of Node.js name addresses. */
function reasonOf(error: unknown): string {
  if (error instanceof AddressRefused) return error.message;
  const { code = '' } = error as { readonly code?: string };
  const [first] = error instanceof AggregateError ? (error.errors as readonly unknown[]) : [];
  if (first !== undefined) return reasonOf(first);
  return (
    reasons[code] ??
    (code.startsWith('HPE_') ? 'the response is not HTTP' : `the request failed${code && ` (${code})`}`)
  );
}
