import type { Response } from 'express';
import type { ErrorBody } from '@hourglass/contract';
import { LimitReached, ReportError, ServiceUnavailable, type ErrorKind } from '@hourglass/reports';
import { setRateLimits } from './rate-limits.ts';

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
  too_large: { status: 413, rpcStatus: 'INVALID_ARGUMENT' },
  media_type: { status: 415, rpcStatus: 'INVALID_ARGUMENT' },
  limited: { status: 429, rpcStatus: 'RESOURCE_EXHAUSTED' },
  range: { status: 416, rpcStatus: 'OUT_OF_RANGE' },
  deadline: { status: 504, rpcStatus: 'DEADLINE_EXCEEDED' },
  unavailable: { status: 503, rpcStatus: 'UNAVAILABLE' },
  internal: { status: 500, rpcStatus: 'INTERNAL' },
};

const retryAfterSeconds = 5;

/** Any thrown value as an error that a client may read. What is not ours becomes `internal`. */
export function publicError(error: unknown, requestId: string): ReportError {
  if (error instanceof ReportError) return error;
  if (error instanceof ServiceUnavailable) {
    return new ReportError('service.unavailable', { service: error.service });
  }
  if (error instanceof URIError) return new ReportError('request.path', { reason: error.message });
  return bodyParserError(error) ?? new ReportError('internal', { requestId });
}

export function statusOf(error: ReportError): number {
  return httpErrors[error.kind].status;
}

/** Writes status and headers of an error, and the body that a contract has for it. */
export function sendErrorBody(response: Response, error: ReportError, body: object): void {
  if (error.kind === 'unavailable') response.set('Retry-After', String(retryAfterSeconds));
  if (error instanceof LimitReached) {
    response.set('Retry-After', String(error.retryAfterSeconds));
    setRateLimits(response, error.usage);
  }
  if (error.kind === 'unauthenticated') {
    response.set('WWW-Authenticate', 'Basic realm="hourglass", charset="UTF-8", Bearer realm="hourglass"');
  }
  response.status(statusOf(error)).json(body);
}

/** Writes the one error body; `extra` members stand beside the contract's own. */
export function sendError(
  response: Response,
  error: ReportError,
  extra: Readonly<Record<string, unknown>> = {},
): void {
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
  sendErrorBody(response, error, { ...body, ...extra });
}

/** The JSON parser of Express throws errors with a status and mostly a `type`; the texts are ours. */
function bodyParserError(error: unknown): ReportError | null {
  if (!(error instanceof Error) || !('status' in error)) return null;
  // Of a body that cannot be inflated, whose error is zlib's.
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
