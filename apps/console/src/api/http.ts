import type { ErrorBody } from '@hourglass/contract';

export interface Fault {
  readonly field: string;
  readonly message: string;
}

/** A refusal by the API, or a request without a response. */
export class ApiError extends Error {
  /** 0: no response. */
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];
  readonly requestId: string | null;

  constructor(
    message: string,
    {
      status,
      code,
      faults = [],
      requestId = null,
    }: { status: number; code: string; faults?: readonly Fault[]; requestId?: string | null },
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.faults = faults;
    this.requestId = requestId;
  }

  /** Whether the same request may succeed soon. */
  get isOutage(): boolean {
    return this.status === 0 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** The faults of the fields of a body that the API refused; empty for other errors and none. */
export function faultsIn(error: Error | null): readonly Fault[] {
  return error instanceof ApiError ? error.faults : [];
}

export interface CallOptions {
  readonly method?: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly body?: unknown;
  readonly signal?: AbortSignal;
  /** Begins a session: the response sets the cookie. */
  readonly token?: string;
  /** `bytes=0-99`; the response is that part of the file. */
  readonly range?: string;
  /** The secret of a shared view, in place of the session. */
  readonly bearer?: string | undefined;
}

/** The path below which the API serves the console, without a trailing slash. */
export const basePath = document.documentElement.dataset['base'] ?? '';

/** Returns the URL of a path of the API. */
export function apiUrl(path: string): string {
  return `${basePath}${path}`;
}

/**
 * Calls the API with the cookie of the session.
 * @throws ApiError
 */
export async function callApi<Result>(path: string, options: CallOptions = {}): Promise<Result> {
  const response = await openResponse(path, options);
  // The schemas of the contract describe every response; the API's tests compare both.
  return (response.status === 204 ? undefined : await response.json()) as Result;
}

/**
 * The same, for a body that is read while it arrives.
 * @throws ApiError
 */
export async function openResponse(path: string, options: CallOptions = {}): Promise<Response> {
  const { method = 'GET', body, signal, range, bearer, token } = options;
  const response = await send(path, {
    method,
    headers: {
      // The API accepts the cookie for a write only with this type.
      ...(method === 'GET' || method === 'HEAD' ? {} : { 'Content-Type': 'application/json' }),
      ...(range === undefined ? {} : { Range: range }),
      ...(bearer === undefined ? {} : { Authorization: `Bearer ${bearer}` }),
      ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
    },
    credentials: bearer === undefined ? 'same-origin' : 'omit',
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(signal === undefined ? {} : { signal }),
  });
  if (!response.ok) throw await refusalOf(response);
  return response;
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(apiUrl(path), init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new ApiError('no response', { status: 0, code: 'network' });
  }
}

async function refusalOf(response: Response): Promise<ApiError> {
  const { status, statusText, headers } = response;
  const requestId = headers.get('X-Request-Id');
  try {
    const { code, message, faults = [] } = (await response.json()) as ErrorBody;
    const ofFields = faults.flatMap((fault) =>
      'field' in fault && fault.field !== undefined ? [{ field: fault.field, message: fault.message }] : [],
    );
    return new ApiError(message, { status, code, faults: ofFields, requestId });
  } catch {
    // A proxy in front of the API answered.
    return new ApiError(`${status} ${statusText}`, { status, code: 'proxy', requestId });
  }
}
