import type { IncomingMessage } from 'node:http';
import { factsAccepted, queryStatus, type FactsAccepted, type QueryStatus } from '@hourglass/contract';
import { ApiError, readResponse, requireContent, type ResponseSchema } from './hourglass-response.ts';
import { createExchange, type HttpRequest } from './http-exchange.ts';
import { createRetries } from './retries.ts';

export { ApiError, noBody } from './hourglass-response.ts';

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
  readonly method: HttpRequest['method'];
  /** Begins with `/v1`; its segments are percent-encoded. */
  readonly path: string;
  readonly body?: unknown;
  /** Parses the body of the response. */
  readonly response: ResponseSchema<Body>;
}

/** Every method throws `ApiError` for an error response, and `Unreachable` without a response of Hourglass. */
export interface ApiClient {
  /** Retries unless the method is `POST`. */
  call<Body>(call: ApiCall<Body>): Promise<Body>;
  /** Retries with the same idempotency key, so that the query is submitted once. */
  submit(place: Place, body: unknown, idempotencyKey: string): Promise<QueryStatus>;
  /** Runs a saved report, and retries as `submit` does. */
  runReport(place: Place, name: string, body: unknown, idempotencyKey: string): Promise<QueryStatus>;
  /** Submits the query of a schedule now, and retries as `submit` does. */
  runSchedule(place: Place, id: string, idempotencyKey: string): Promise<QueryStatus>;
  status(place: Place, id: string): Promise<QueryStatus>;
  /** Returns the stream of the query's events, unread. Does not retry. */
  queryEvents(place: Place, id: string): Promise<IncomingMessage>;
  cancel(place: Place, id: string): Promise<QueryStatus>;
  /** Returns the content of a response with this media type, unread. */
  download(path: string, mediaType: string): Promise<IncomingMessage>;
  /** Returns the archive's bytes, unread. */
  result(place: Place, id: string): Promise<IncomingMessage>;
  sendFacts(request: FactsRequest): Promise<FactsAccepted>;
}

export interface ApiClientOptions {
  readonly url: string;
  /** Null: for requests that need no credentials. */
  readonly token: string | null;
  readonly signal: AbortSignal;
  /** Receives a failure that is retried for seconds. */
  readonly onRetry: (failure: Error) => void;
}

/** Two seconds at most pass before an unreachable server is reported; see `createRetries`. */
const connectTimeoutMs = 1_500;
/** More than any request takes: batches wait for back-pressure. */
const silenceTimeoutMs = 300_000;

export function organizationPath(organization: string): string {
  return `/v1/organizations/${encodeURIComponent(organization)}`;
}

export function environmentPath({ organization, environment }: Place): string {
  return `${organizationPath(organization)}/environments/${encodeURIComponent(environment)}`;
}

export function createApiClient({ url, token, signal, onRetry }: ApiClientOptions): ApiClient {
  const exchange = createExchange({ connectTimeoutMs, silenceTimeoutMs, signal });
  const retries = createRetries(signal, onRetry);
  const credentials = token === null ? {} : { Authorization: `Bearer ${token}` };
  const send = (path: string, request: HttpRequest) =>
    exchange(`${url}${path}`, { ...request, headers: { ...credentials, ...request.headers } });
  const sendJson = async <Body>(path: string, request: HttpRequest, schema: ResponseSchema<Body>) =>
    readResponse(await send(path, request), url, schema);
  const repeatJson: typeof sendJson = (path, request, schema) =>
    retries.run(() => sendJson(path, request, schema));
  const receive = async (path: string, mediaType: string) =>
    requireContent(await send(path, { method: 'GET', ...noContent }), url, mediaType);
  const download = (path: string, mediaType: string) => retries.run(() => receive(path, mediaType));
  const submitOnce = (path: string, body: unknown, idempotencyKey: string) => {
    const { headers, ...content } = body === undefined ? noContent : jsonContent(body);
    const request = { headers: { ...headers, 'Idempotency-Key': idempotencyKey }, ...content };
    return repeatJson(path, { method: 'POST', ...request }, queryStatus);
  };
  return {
    call({ method, path, body, response }) {
      const request = { method, ...(body === undefined ? noContent : jsonContent(body)) };
      return (method === 'POST' ? sendJson : repeatJson)(path, request, response);
    },
    download,
    result: (place, id) => download(`${queryPath(place, id)}/result`, 'application/zip'),
    submit: (place, body, idempotencyKey) =>
      submitOnce(`${environmentPath(place)}/queries`, body, idempotencyKey),
    runReport: (place, name, body, idempotencyKey) =>
      submitOnce(`${environmentPath(place)}/reports/${encodeURIComponent(name)}:run`, body, idempotencyKey),
    runSchedule: (place, id, idempotencyKey) =>
      submitOnce(runSchedulePath(place, id), undefined, idempotencyKey),
    status: (place, id) => repeatJson(queryPath(place, id), { method: 'GET', ...noContent }, queryStatus),
    queryEvents: (place, id) => receive(`${queryPath(place, id)}/events`, 'text/event-stream'),
    cancel: (place, id) =>
      repeatJson(`${queryPath(place, id)}:cancel`, { method: 'POST', ...noContent }, queryStatus),
    async sendFacts(facts) {
      let isUnanswered = false;
      const sendOnce = () =>
        sendJson(factsPath(facts), factsRequest(facts), factsAccepted).catch((error: unknown) => {
          isUnanswered ||= !(error instanceof ApiError);
          throw error;
        });
      const { repeated, ...accepted } = await retries.run(sendOnce);
      // An attempt whose response was lost may be the one that stored the batch.
      return repeated === undefined || isUnanswered ? accepted : { ...accepted, repeated };
    },
  };
}

const noContent = { headers: {} };

function jsonContent(body: unknown): { headers: Record<string, string>; body: string } {
  return { headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) };
}

function factsPath({ dataset, onError, ...place }: FactsRequest): string {
  return `${environmentPath(place)}/facts/${encodeURIComponent(dataset)}?onError=${onError}`;
}

function factsRequest({ batchId, gzippedNdjson }: FactsRequest): HttpRequest {
  return {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-ndjson',
      'Content-Encoding': 'gzip',
      'Idempotency-Key': batchId,
    },
    body: gzippedNdjson,
  };
}

function runSchedulePath(place: Place, id: string): string {
  return `${environmentPath(place)}/schedules/${encodeURIComponent(id)}:run`;
}

function queryPath(place: Place, id: string): string {
  return `${environmentPath(place)}/queries/${encodeURIComponent(id)}`;
}
