import { setTimeout as delay } from 'node:timers/promises';
import {
  errorBody,
  factsAccepted,
  queryStatus,
  type FactFaultBody,
  type FactsAccepted,
  type QueryStatus,
} from '@hourglass/contract';

/** An error response. `faults` lists the bad lines of a refused batch. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly faults: readonly FactFaultBody[];

  constructor(status: number, code: string, message: string, faults: readonly FactFaultBody[]) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

export interface Place {
  readonly organization: string;
  readonly environment: string;
}

export interface FactsRequest extends Place {
  readonly dataset: string;
  /** Idempotency key: a retried batch is accepted once. */
  readonly batchId: string;
  readonly onError: 'refuse' | 'skip';
  readonly gzippedNdjson: Buffer;
}

interface ApiCall<Body> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Begins with `/v1`; its segments are percent-encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** Parses the body of the response. */
  readonly response: { parse(value: unknown): Body };
}

/** For calls whose response has no body. */
export const noBody = { parse: (): void => undefined };

/** Every method throws `ApiError` for an error response, and `Error` if the API is unreachable. */
export interface ApiClient {
  /** Retries unless the method is `POST`. */
  call<Body>(call: ApiCall<Body>): Promise<Body>;
  /** Retries with the same idempotency key, so that the query is submitted once. */
  submit(place: Place, body: unknown, idempotencyKey: string): Promise<QueryStatus>;
  status(place: Place, id: string): Promise<QueryStatus>;
  cancel(place: Place, id: string): Promise<QueryStatus>;
  result(place: Place, id: string): Promise<Response>;
  sendFacts(request: FactsRequest): Promise<FactsAccepted>;
}

type Send = (path: string, init: RequestInit) => Promise<Response>;

const maxAttempts = 6;

export function organizationPath(organization: string): string {
  return `/v1/organizations/${encodeURIComponent(organization)}`;
}

export function environmentPath({ organization, environment }: Place): string {
  return `${organizationPath(organization)}/environments/${encodeURIComponent(environment)}`;
}

export function createApiClient({ url, token }: { url: string; token: string }): ApiClient {
  const sendOnce: Send = async (path, { headers, ...init }) => {
    const authorized = { Authorization: `Bearer ${token}`, ...(headers as Record<string, string>) };
    const response = await fetch(`${url}${path}`, { ...init, headers: authorized }).catch(
      (error: unknown) => {
        const cause =
          error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
        throw new Error(`cannot reach ${url}: ${cause}`, { cause: error });
      },
    );
    if (!response.ok) throw await apiError(response);
    return response;
  };
  const send = withRetries(sendOnce);
  return {
    async call({ method, path, body, response: schema }) {
      const response = await (method === 'POST' ? sendOnce : send)(path, {
        method,
        ...(body === undefined ? {} : jsonBody(body)),
      });
      return schema.parse(response.status === 204 ? undefined : await response.json());
    },
    result: (place, id) => send(`${queryPath(place, id)}/result`, {}),
    ...queryCalls(send),
    sendFacts: (request) => sendFacts(sendOnce, request),
  };
}

function queryCalls(send: Send): Pick<ApiClient, 'submit' | 'status' | 'cancel'> {
  return {
    async submit(place, body, idempotencyKey) {
      const { headers, ...json } = jsonBody(body);
      return statusFrom(
        await send(`${environmentPath(place)}/queries`, {
          method: 'POST',
          headers: { ...headers, 'Idempotency-Key': idempotencyKey },
          ...json,
        }),
      );
    },
    status: async (place, id) => statusFrom(await send(queryPath(place, id), {})),
    cancel: async (place, id) => statusFrom(await send(`${queryPath(place, id)}:cancel`, { method: 'POST' })),
  };
}

async function sendFacts(
  sendOnce: Send,
  { dataset, batchId, onError, gzippedNdjson, ...place }: FactsRequest,
): Promise<FactsAccepted> {
  let unanswered = false;
  const send = withRetries((path, init) =>
    sendOnce(path, init).catch((error: unknown) => {
      unanswered ||= !(error instanceof ApiError);
      throw error;
    }),
  );
  const path = `${environmentPath(place)}/facts/${encodeURIComponent(dataset)}?onError=${onError}`;
  const response = await send(path, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-ndjson',
      'Content-Encoding': 'gzip',
      'Idempotency-Key': batchId,
    },
    body: new Uint8Array(gzippedNdjson),
  });
  const { repeated, ...accepted } = factsAccepted.parse(await response.json());
  // An attempt whose response was lost may be the one that stored the batch.
  return repeated === undefined || unanswered ? accepted : { ...accepted, repeated };
}

async function statusFrom(response: Response): Promise<QueryStatus> {
  return queryStatus.parse(await response.json());
}

function queryPath(place: Place, id: string): string {
  return `${environmentPath(place)}/queries/${encodeURIComponent(id)}`;
}

function jsonBody(body: unknown): { headers: Record<string, string>; body: string } {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

/** Retries with exponential backoff, 15.5 s in total, while the API is unreachable or responds 503. */
function withRetries(send: Send): Send {
  return async (path, init) => {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await send(path, init);
      } catch (error) {
        const transient = !(error instanceof ApiError) || error.status === 503;
        if (!transient || attempt === maxAttempts) throw error;
        await delay(250 * 2 ** attempt);
      }
    }
  };
}

async function apiError(response: Response): Promise<ApiError> {
  const text = await response.text();
  const parsed = errorBody.safeParse(parseJson(text));
  if (!parsed.success) {
    return new ApiError(response.status, 'unknown', `HTTP ${response.status}: ${text.slice(0, 200)}`, []);
  }
  const { code, message, error, faults = [] } = parsed.data;
  const violations = faults.length > 0 ? [] : error.details.flatMap((detail) => detail.fieldViolations);
  return new ApiError(response.status, code, withViolations(message, violations), faults);
}

/** The message contains a single violation already. */
function withViolations(message: string, violations: readonly Violation[]): string {
  if (violations.length < 2) return message;
  return [message, ...violations.map(({ field, description }) => `  ${field}: ${description}`)].join('\n');
}

interface Violation {
  readonly field: string;
  readonly description: string;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
