import type { Request, Response } from 'express';
import type { ErrorBody } from '@hourglass/contract';
import {
  LimitReached,
  ReportError,
  RetryLater,
  unavailableService,
  type ErrorKind,
} from '@hourglass/reports';
import { setRateLimits } from './rate-limits.ts';
import { RateLimited } from './request-rates.ts';
import { setHeaders } from './send-json.ts';

interface HttpError {
  readonly status: number;
  /** Name of the google.rpc code that Apigee X clients read. */
  readonly rpcStatus: string;
}

const httpErrors: Readonly<Record<ErrorKind, HttpError>> = {
  invalid: { status: 400, rpcStatus: 'INVALID_ARGUMENT' },
  unauthenticated: { status: 401, rpcStatus: 'UNAUTHENTICATED' },
  forbidden: { status: 403, rpcStatus: 'PERMISSION_DENIED' },
  not_found: { status: 404, rpcStatus: 'NOT_FOUND' },
  method: { status: 405, rpcStatus: 'UNIMPLEMENTED' },
  timeout: { status: 408, rpcStatus: 'DEADLINE_EXCEEDED' },
  conflict: { status: 409, rpcStatus: 'FAILED_PRECONDITION' },
  gone: { status: 410, rpcStatus: 'NOT_FOUND' },
  precondition: { status: 412, rpcStatus: 'FAILED_PRECONDITION' },
  too_large: { status: 413, rpcStatus: 'INVALID_ARGUMENT' },
  media_type: { status: 415, rpcStatus: 'INVALID_ARGUMENT' },
  limited: { status: 429, rpcStatus: 'RESOURCE_EXHAUSTED' },
  range: { status: 416, rpcStatus: 'OUT_OF_RANGE' },
  deadline: { status: 504, rpcStatus: 'DEADLINE_EXCEEDED' },
  unavailable: { status: 503, rpcStatus: 'UNAVAILABLE' },
  internal: { status: 500, rpcStatus: 'INTERNAL' },
};

const retryAfterSeconds = 5;

const bearerChallenge = 'Bearer realm="hourglass"';
const bothChallenges = `Basic realm="hourglass", charset="UTF-8", ${bearerChallenge}`;

/** Converts any thrown value to an error for the client. Unexpected ones become `internal`. */
export function publicError(error: unknown, requestId: string): ReportError {
  if (error instanceof ReportError) return error;
  const service = unavailableService(error);
  if (service !== null) return new ReportError('service.unavailable', { service });
  if (error instanceof URIError) return new ReportError('request.path', { reason: error.message });
  return bodyParserError(error) ?? new ReportError('internal', { requestId });
}

export function statusOf(error: ReportError): number {
  return httpErrors[error.kind].status;
}

/**
 * A browser that is offered Basic asks its user for a password, and then sends it with the requests of
 * any page. Browsers send `Sec-Fetch-Site` over HTTPS and to this machine only.
 */
function isBrowser({ headers }: Request): boolean {
  const agent = headers['user-agent'] ?? '';
  const looksLikeOne = agent.startsWith('Mozilla/') && !agent.includes('PowerShell');
  return headers['sec-fetch-site'] !== undefined || looksLikeOne;
}

/** Sets the status and the headers that every error style shares. */
export function setErrorHead(response: Response, error: ReportError): void {
  response.status(statusOf(error));
  if (error.kind === 'unavailable') response.set('Retry-After', String(retryAfterSeconds));
  if (error instanceof RetryLater) response.set('Retry-After', String(error.retryAfterSeconds));
  if (error instanceof LimitReached) setRateLimits(response, error.usage);
  if (error instanceof RateLimited) setHeaders(response, error.headers);
  if (error.kind === 'unauthenticated') {
    const isBasicUseless = error.code === 'auth.second_factor' || isBrowser(response.req);
    response.set('WWW-Authenticate', isBasicUseless ? bearerChallenge : bothChallenges);
  }
}

/** Sends the standard error body, with `extra` members beside those of the contract. */
export function sendError(
  response: Response,
  error: ReportError,
  extra: Readonly<Record<string, unknown>> = {},
): void {
  setErrorHead(response, error);
  const { status, rpcStatus } = httpErrors[error.kind];
  const fieldViolations = error.faults.map(({ field, message }) => ({ field, description: message }));
  const body: ErrorBody = {
    code: error.code,
    message: error.message,
    contexts: [],
    error: {
      code: status,
      message: error.message,
      status: rpcStatus,
      details:
        fieldViolations.length === 0
          ? []
          : [{ '@type': 'type.googleapis.com/google.rpc.BadRequest', fieldViolations }],
    },
  };
  response.json({ ...body, ...(error.faults.length === 0 ? {} : { faults: error.faults }), ...extra });
}

/**
 * Converts errors of Express's JSON parser, which have a status and usually a `type`. Null: another
 * error.
 */
function bodyParserError(error: unknown): ReportError | null {
  if (!(error instanceof Error) || !('status' in error)) return null;
  // zlib's error for a body that cannot be inflated has no type.
  if (!('type' in error))
    return error.status === 400 ? new ReportError('request.broken', { reason: error.message }) : null;
  const limit = 'limit' in error ? `${Number(error.limit)} bytes` : 'allowed';
  switch (error.type) {
    case 'entity.parse.failed':
      return new ReportError('request.malformed', { reason: error.message });
    case 'entity.too.large':
      return new ReportError('request.too_large', { limit });
    case 'encoding.unsupported':
    case 'charset.unsupported':
      return new ReportError('request.media_type', {
        found: error.message,
        expected: 'UTF-8 JSON, plain or gzip',
      });
    case 'request.aborted':
    case 'request.size.invalid':
      return new ReportError('request.broken', { reason: error.message });
    default:
      return null;
  }
}
