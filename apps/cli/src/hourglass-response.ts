import type { IncomingMessage } from 'node:http';
import { errorBody } from '@hourglass/contract';
import { CommandError, type Fault } from './command-error.ts';
import { textOf } from './http-exchange.ts';
import { Unreachable } from './network-failure.ts';

/** An error response of Hourglass. */
export class ApiError extends CommandError {
  readonly status: number;
  readonly code: string;
  /** Null: the response does not say when to try again. */
  readonly retryAfterMs: number | null;

  constructor(
    { status, code, message }: { readonly status: number; readonly code: string; readonly message: string },
    faults: readonly Fault[],
    retryAfterMs: number | null = null,
  ) {
    super(message, { code, status }, { faults });
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** Parses the content of a response. */
export interface ResponseSchema<Body> {
  parse(value: unknown): Body;
}

/** For requests whose response has no content. */
export const noBody: ResponseSchema<void> = { parse: () => undefined };

/**
 * Reads a successful response of Hourglass, which is JSON, or empty if no body is expected.
 * @throws ApiError for an error response of Hourglass
 * @throws Unreachable for a response of another server: a proxy or its sign-in page may respond in place
 * of Hourglass
 */
export async function readResponse<Body>(
  response: IncomingMessage,
  url: string,
  schema: ResponseSchema<Body>,
): Promise<Body> {
  const content = await textOf(response, url);
  if (!isSuccess(response)) throw refusal(response, url, content);
  const hasContent = schema !== noBody;
  // Any server may respond without content; only the header tells them apart.
  if (!hasContent && (response.statusCode !== 204 || response.headers['x-request-id'] === undefined)) {
    throw foreign(response, url, content);
  }
  if (hasContent && mediaTypeOf(response) !== 'application/json') throw foreign(response, url, content);
  try {
    return schema.parse(hasContent ? JSON.parse(content) : undefined);
  } catch (error) {
    const problem = `${addressOf(url)} responded with JSON of another form than Hourglass`;
    throw new Unreachable(`${problem}; is it another server or another version?`, false, error);
  }
}

/**
 * Returns a successful response whose content has the media type, unread.
 * @throws ApiError, Unreachable as `readResponse`
 */
export async function requireContent(
  response: IncomingMessage,
  url: string,
  mediaType: string,
): Promise<IncomingMessage> {
  if (isSuccess(response) && mediaTypeOf(response) === mediaType) return response;
  const content = await textOf(response, url);
  throw isSuccess(response) ? foreign(response, url, content) : refusal(response, url, content);
}

function isSuccess({ statusCode = 0 }: IncomingMessage): boolean {
  return statusCode >= 200 && statusCode < 300;
}

function mediaTypeOf({ headers }: IncomingMessage): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

function refusal(response: IncomingMessage, url: string, content: string): CommandError {
  const { statusCode = 0, headers } = response;
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    const { origin, pathname } = new URL(headers.location, url);
    return new Unreachable(
      `${addressOf(url)} redirects to ${origin}${pathname}; expected HOURGLASS_URL with the address of Hourglass itself`,
      false,
    );
  }
  const body = errorBody.safeParse(parseJson(content));
  if (!body.success) return foreign(response, url, content);
  const { code, message, error, faults: rows = [] } = body.data;
  const fields = error.details.flatMap(({ fieldViolations }) =>
    fieldViolations.map(({ field, description }) => ({ field, message: description })),
  );
  const retryAfter = Number(headers['retry-after']);
  return new ApiError(
    { status: statusCode, code, message },
    rows.length > 0 ? rows : fields,
    Number.isFinite(retryAfter) ? retryAfter * 1000 : null,
  );
}

/** While Hourglass restarts, a proxy in front of it responds with one of these. */
const gatewayStatuses: ReadonlySet<number> = new Set([502, 503, 504]);

function foreign(response: IncomingMessage, url: string, content: string): Unreachable {
  const { statusCode = 0 } = response;
  const message = `${addressOf(url)} responded with HTTP ${statusCode} and ${describeContent(response, content)}, not as Hourglass does; a proxy or another server may respond in its place`;
  return new Unreachable(message, gatewayStatuses.has(statusCode));
}

function describeContent(response: IncomingMessage, content: string): string {
  if (content.trim() === '') return 'no content';
  const mediaType = mediaTypeOf(response);
  const title = /<title[^>]*>([^<]{1,200})/i.exec(content)?.[1]?.replaceAll(/\s+/g, ' ').trim();
  if (title !== undefined && title !== '') return `the page "${title}"`;
  return mediaType === '' ? 'content without a type' : mediaType;
}

/** Without the path and parameters of the request. */
function addressOf(url: string): string {
  return new URL(url).origin;
}

function parseJson(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return null;
  }
}
