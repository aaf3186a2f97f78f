/** What went wrong, as far as a caller can act on it. The API maps each kind to one HTTP status. */
export type ErrorKind =
  | 'invalid'
  | 'unauthenticated'
  | 'forbidden'
  | 'not_found'
  | 'method'
  | 'timeout'
  | 'conflict'
  | 'gone'
  | 'too_large'
  | 'media_type'
  | 'range'
  | 'limited'
  | 'deadline'
  | 'unavailable'
  | 'internal';

/**
 * Every error a client can meet: code, kind, and the text it reads. `{name}` is filled from the details.
 * The texts of `not_found` never tell whether the thing exists for somebody else.
 */
export const errorTable = {
  'request.malformed': { kind: 'invalid', message: 'The body is not JSON: {reason}' },
  'request.invalid': { kind: 'invalid', message: 'The request has {count}: {first}' },
  'request.unknown_parameter': {
    kind: 'invalid',
    message: 'Unknown query parameter "{name}"; expected {expected}',
  },
  'request.too_large': { kind: 'too_large', message: 'The body is larger than {limit}' },
  'request.media_type': { kind: 'media_type', message: 'Cannot read {found}; expected {expected}' },
  'request.broken': { kind: 'invalid', message: 'The body could not be read to its end: {reason}' },
  'request.timeout': { kind: 'timeout', message: 'The body did not come within {seconds} seconds' },
  'request.path': { kind: 'invalid', message: 'The path cannot be read: {reason}' },
  'request.method': { kind: 'method', message: '{method} is not possible here; expected {expected}' },
  'request.no_route': { kind: 'not_found', message: 'There is nothing at this path' },
  'auth.required': {
    kind: 'unauthenticated',
    message: 'Credentials are missing or wrong; send Basic e-mail and password, or a Bearer token',
  },
  'auth.token': {
    kind: 'unauthenticated',
    message: 'The token is missing or wrong; send one in the header {header}',
  },
  'auth.scope': { kind: 'forbidden', message: 'The credentials lack the scope "{scope}"' },
  'auth.role': { kind: 'forbidden', message: 'This needs the role "{role}"; yours is "{own}"' },
  'auth.environment': {
    kind: 'forbidden',
    message: 'The token is good for the environment "{environment}" only, and this is not below it',
  },
  'auth.unbound': {
    kind: 'forbidden',
    message: 'This needs a token that is good for one environment; make one with "environment"',
  },
  'auth.customers': {
    kind: 'forbidden',
    message: 'The token is good for the consumption of its customers only, and this is something else',
  },
  'organization.exists': { kind: 'conflict', message: 'There is an organization "{organization}" already' },
  'organization.not_found': { kind: 'not_found', message: 'No organization "{organization}"' },
  'environment.not_found': {
    kind: 'not_found',
    message: 'No environment "{environment}" in an organization "{organization}"',
  },
  'environment.exists': {
    kind: 'conflict',
    message: 'There is an environment "{environment}" in the organization "{organization}" already',
  },
  'user.exists': { kind: 'conflict', message: 'Somebody has the e-mail address "{email}" already' },
  'user.not_found': { kind: 'not_found', message: 'No user "{email}"' },
  'user.last_of_role': {
    kind: 'conflict',
    message: '"{email}" is the last {role} of the organization; make another one first',
  },
  'token.not_found': { kind: 'not_found', message: 'No token "{id}"' },
  'access_key.not_found': { kind: 'not_found', message: 'No access key "{id}"' },
  'access_key.unavailable': {
    kind: 'unavailable',
    message:
      'Access keys cannot be used: HOURGLASS_SECRET_KEY is not set, or is not the one that the key was made with',
  },
  'signature.refused': {
    kind: 'unauthenticated',
    message:
      'The request is not signed: expected accesskey_id, expires within 24 hours and the signature by a valid access key, each once',
  },
  'account.limit': {
    kind: 'conflict',
    message: 'The organization has {limit} {what} already, which is the most it may have',
  },
  'hostname.not_found': {
    kind: 'not_found',
    message: 'No environment of the organization "{organization}" has the hostname "{hostname}"',
  },
  'hostname.taken': {
    kind: 'conflict',
    message:
      'The hostname "{hostname}" belongs to the environment "{environment}"; take it away from there first',
  },
  'customer.not_found': { kind: 'not_found', message: 'No such customer' },
  'consumption.too_large': {
    kind: 'invalid',
    message:
      'There are more than {limit} samples from from_date_utc to to_date_utc; ask for a shorter time, or submit a query on the dataset "consumption" with POST …/queries, which may use more',
  },
  'dataset.not_found': { kind: 'not_found', message: 'No dataset "{dataset}"; expected one of {expected}' },
  'custom_field.not_found': {
    kind: 'not_found',
    message: 'No custom field "{name}" of the dataset "{dataset}" in this environment',
  },
  'custom_field.exists': {
    kind: 'conflict',
    message:
      'This environment has a custom field "{name}" of the dataset "{dataset}" already; letter case makes no other name',
  },
  'custom_field.full': {
    kind: 'conflict',
    message:
      'This environment has {limit} custom fields of the dataset "{dataset}", the most there can be; delete one first',
  },
  'query.not_found': { kind: 'not_found', message: 'No query "{id}"' },
  'query.no_result': {
    kind: 'not_found',
    message: 'The query is {state}; only a completed query has a result',
  },
  'query.ended': {
    kind: 'conflict',
    message: 'The query is {state}; only an enqueued or running query can be cancelled',
  },
  'query.key_reused': {
    kind: 'conflict',
    message: 'The Idempotency-Key "{key}" was used before for another submission',
  },
  'query.expired': { kind: 'gone', message: 'The result of this query expired' },
  'result.range': {
    kind: 'range',
    message: 'The range {found} lies outside of the {bytes} bytes of the result',
  },
  'result.link': {
    kind: 'forbidden',
    message: 'The link was changed or has expired; ask resulturl for a new one',
  },
  'limit.submissions': {
    kind: 'limited',
    message: 'This environment may submit {limit} queries per hour; try again in {seconds} seconds',
  },
  'limit.active': {
    kind: 'limited',
    message:
      'This environment may have {limit} queries enqueued or running; wait for one to end and try again in {seconds} seconds',
  },
  'stats.deadline': {
    kind: 'deadline',
    message:
      'The statistics took longer than {seconds} seconds; ask for a shorter time range, or submit the same as a query with POST …/queries, which may take hours',
  },
  'stats.too_large': {
    kind: 'invalid',
    message: '{reason}, or submit the same as a query with POST …/queries, which may use more',
  },
  'batch.refused': { kind: 'invalid', message: 'Nothing of the batch was stored: {reason}' },
  'batch.conflict': {
    kind: 'conflict',
    message: 'The Idempotency-Key "{id}" was used before with a different body',
  },
  'service.unavailable': { kind: 'unavailable', message: 'The {service} is not available; try again' },
  internal: { kind: 'internal', message: 'Something went wrong on our side; the request id is {requestId}' },
} as const satisfies Record<string, { kind: ErrorKind; message: string }>;

export type ErrorCode = keyof typeof errorTable;

/** A thing wrong with one field, as `Fault` of the query package. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/** Thrown by use cases and endpoints; carries no HTTP. Its message may be shown to the caller. */
export class ReportError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly FieldFault[];

  constructor(
    code: ErrorCode,
    details: Readonly<Record<string, string | number>> = {},
    faults: readonly FieldFault[] = [],
  ) {
    super(
      errorTable[code].message.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? name)),
    );
    this.name = 'ReportError';
    this.code = code;
    this.faults = faults;
  }

  get kind(): ErrorKind {
    return errorTable[this.code].kind;
  }
}

/** More would help nobody, and the answer to a bad request stays small. */
const maxShownFaults = 100;

/**
 * One error for all faults of a request, of which the first hundred are listed; the message shows the first so that a
 * terse client still helps.
 */
export function invalidRequest(faults: readonly FieldFault[]): ReportError {
  const [first] = faults;
  const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
  const shown = first === undefined ? 'unknown' : `${first.field}: ${first.message}`;
  return new ReportError('request.invalid', { count, first: shown }, faults.slice(0, maxShownFaults));
}
