import { setTimeout as delay } from 'node:timers/promises';
import {
  errorBody,
  factsAccepted,
  queryStatus,
  type FactFaultBody,
  type FactsAccepted,
  type QueryStatus,
} from '@hourglass/contract';

/** An answer other than the expected one. `faults` lists lines of a refused batch. */
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
  /** Sent again under the same id after a failure, so that it is accepted once. */
  readonly batchId: string;
  readonly onError: 'refuse' | 'skip';
  readonly gzippedNdjson: Buffer;
}

/** A request of one of the many commands that only ask and print. */
interface ApiCall<Answer> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** From `/v1` on, its parts escaped. */
  readonly path: string;
  readonly body?: unknown;
  readonly answer: { parse(value: unknown): Answer };
}

/** The answer of a call that answers no body. */
export const nothing = { parse: (): void => undefined };

export interface ApiClient {
  /** A `POST` is sent once, everything else again while the API says 503 or cannot be reached. */
  call<Answer>(call: ApiCall<Answer>): Promise<Answer>;
  /** Sent again with the same key after a failure, so that it is accepted once. */
  submit(place: Place, body: unknown, idempotencyKey: string): Promise<QueryStatus>;
  status(place: Place, id: string): Promise<QueryStatus>;
  cancel(place: Place, id: string): Promise<QueryStatus>;
  result(place: Place, id: string): Promise<Response>;
  sendFacts(request: FactsRequest): Promise<FactsAccepted>;
}

const triesOfSafeRequests = 6;

export function organizationPath(organization: string): string {
  return `/v1/organizations/${encodeURIComponent(organization)}`;
}

export function environmentPath({ organization, environment }: Place): string {
  return `${organizationPath(organization)}/environments/${encodeURIComponent(environment)}`;
}

/** Talks to the API. Requests that may be repeated are, while the API says 503 or cannot be reached. */
export function createApiClient({ url, token }: { url: string; token: string }): ApiClient {
  const environmentUrl = (place: Place) => `${url}${environmentPath(place)}`;
  const authorized = { Authorization: `Bearer ${token}` };

  const once = async (target: string, init: RequestInit): Promise<Response> => {
    const response = await fetch(target, init).catch((error: unknown) => {
      const cause =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new Error(`cannot reach ${url}: ${cause}`, { cause: error });
    });
    if (!response.ok) throw await apiError(response);
    return response;
  };
  const repeatedly = async (target: string, init: RequestInit): Promise<Response> => {
    for (let tries = 1; ; tries += 1) {
      try {
        return await once(target, init);
      } catch (error) {
        const passing = !(error instanceof ApiError) || error.status === 503;
        if (!passing || tries === triesOfSafeRequests) throw error;
        await delay(250 * 2 ** tries);
      }
    }
  };

  return {
    async call({ method, path, body, answer }) {
      const send = method === 'POST' ? once : repeatedly;
      const response = await send(`${url}${path}`, {
        method,
        headers: { ...authorized, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return answer.parse(response.status === 204 ? undefined : await response.json());
    },
    async submit(place, body, idempotencyKey) {
      const response = await repeatedly(`${environmentUrl(place)}/queries`, {
        method: 'POST',
        headers: {
          ...authorized,
          'Content-Type': 'application/json',
          'Idempotency-Key': idempotencyKey,
        },
        body: JSON.stringify(body),
      });
      return queryStatus.parse(await response.json());
    },
    async status(place, id) {
      const target = `${environmentUrl(place)}/queries/${encodeURIComponent(id)}`;
      const response = await repeatedly(target, { headers: authorized });
      return queryStatus.parse(await response.json());
    },
    async cancel(place, id) {
      const target = `${environmentUrl(place)}/queries/${encodeURIComponent(id)}:cancel`;
      const response = await repeatedly(target, { method: 'POST', headers: authorized });
      return queryStatus.parse(await response.json());
    },
    result(place, id) {
      const target = `${environmentUrl(place)}/queries/${encodeURIComponent(id)}/result`;
      return repeatedly(target, { headers: authorized });
    },
    async sendFacts({ dataset, batchId, onError, gzippedNdjson, ...place }) {
      const target = `${environmentUrl(place)}/facts/${encodeURIComponent(dataset)}?onError=${onError}`;
      const response = await repeatedly(target, {
        method: 'POST',
        headers: {
          ...authorized,
          'Content-Type': 'application/x-ndjson',
          'Content-Encoding': 'gzip',
          'Idempotency-Key': batchId,
        },
        body: new Uint8Array(gzippedNdjson),
      });
      return factsAccepted.parse(await response.json());
    },
  };
}

async function apiError(response: Response): Promise<ApiError> {
  const text = await response.text();
  const body = parseJson(text);
  const known = errorBody.safeParse(body);
  if (known.success) {
    const { code, faults = [] } = known.data;
    return new ApiError(
      response.status,
      code,
      faults.length > 0 ? known.data.message : messageOf(known.data),
      faults,
    );
  }
  return new ApiError(response.status, 'unknown', `HTTP ${response.status}: ${text.slice(0, 200)}`, []);
}

function messageOf({
  message,
  error,
}: {
  message: string;
  error: { details: { fieldViolations: Violation[] }[] };
}): string {
  const violations = error.details.flatMap((detail) => detail.fieldViolations);
  if (violations.length < 2) return message;
  return [message, ...violations.map(({ field, description }) => `  ${field}: ${description}`)].join('\n');
}

interface Violation {
  field: string;
  description: string;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
