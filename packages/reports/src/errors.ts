import { counted, listFaults, visible } from '@hourglass/contract/messages';
import { accountErrors } from './account-errors.ts';
import type { ErrorKind } from './error-kind.ts';

export type { ErrorKind } from './error-kind.ts';

/**
 * All errors that a client can receive: code, kind and message. Details replace `{name}`, and
 * `{count|fact}` becomes `1 fact` or `2 facts`; an irregular plural follows. The messages of `not_found` never reveal whether the resource exists in another organization.
 */
export const errorTable = {
  'request.malformed': { kind: 'invalid', message: 'The body is not JSON: {reason}' },
  'request.invalid': { kind: 'invalid', message: 'The request has {count|fault}: {faults}' },
  'request.unknown_parameter': {
    kind: 'invalid',
    message: 'Unknown query {parameters}; expected {expected}{others}',
  },
  'request.too_large': { kind: 'too_large', message: 'The body is larger than {limit}' },
  'request.media_type': { kind: 'media_type', message: 'Cannot read {found}; expected {expected}' },
  'request.precondition': {
    kind: 'precondition',
    message: '{header}: {found} does not hold; expected {expected}, or the request without {header}',
  },
  'request.broken': { kind: 'invalid', message: 'The body ended early: {reason}' },
  'request.timeout': { kind: 'timeout', message: 'The body did not arrive within {seconds|second}' },
  'request.slow': {
    kind: 'timeout',
    message: 'The body arrives too slowly; expected at least {bytes|byte} per second over {seconds|second}',
  },
  'request.path': { kind: 'invalid', message: 'The path is malformed: {reason}' },
  'request.method': { kind: 'method', message: '{method} is not allowed on this path; expected {expected}' },
  'request.origin': {
    kind: 'forbidden',
    message:
      'The request comes from a page of another site: {found}; expected a page of this API, or no browser',
  },
  'request.no_route': { kind: 'not_found', message: 'No resource at this path' },
  ...accountErrors,
  'hostname.not_found': {
    kind: 'not_found',
    message: 'No environment of the organization "{organization}" has the hostname "{hostname}"',
  },
  'hostname.taken': {
    kind: 'conflict',
    message: 'The hostname "{hostname}" belongs to the environment "{environment}"; remove it there first',
  },
  'customer.not_found': { kind: 'not_found', message: 'No such customer' },
  'consumption.too_large': {
    kind: 'invalid',
    message:
      'from_date_utc, to_date_utc: the range has more than {limit|sample}; request a shorter range, or submit a query on the dataset "consumption" with POST …/queries, which has higher limits',
  },
  'dataset.not_found': { kind: 'not_found', message: 'No dataset "{dataset}"; expected one of {expected}' },
  'custom_field.not_found': {
    kind: 'not_found',
    message: 'No custom field "{name}" of the dataset "{dataset}" in this environment',
  },
  'custom_field.exists': {
    kind: 'conflict',
    message:
      'The dataset "{dataset}" already has a custom field "{name}" in this environment; names are case-insensitive',
  },
  'custom_field.full': {
    kind: 'conflict',
    message:
      'The dataset "{dataset}" already has {limit|custom field} in this environment, the maximum; delete one first',
  },
  'data_collector.not_found': { kind: 'not_found', message: 'No data collector "{name}"' },
  'data_collector.exists': {
    kind: 'conflict',
    message:
      'The organization already has a data collector "{name}", or an environment another custom field of this name; names are case-insensitive',
  },
  'report.not_found': { kind: 'not_found', message: 'No saved report "{name}"' },
  'webhook.not_found': { kind: 'not_found', message: 'No webhook endpoint "{id}"' },
  'webhook.disabled': {
    kind: 'conflict',
    message: 'The webhook endpoint is disabled; enable it first',
  },
  'webhook.unavailable': {
    kind: 'unavailable',
    message: 'Webhooks are unavailable: HOURGLASS_SECRET_KEY is not set',
  },
  'delivery.not_found': { kind: 'not_found', message: 'No delivery "{id}"' },
  'delivery.unavailable': {
    kind: 'unavailable',
    message: 'Deliveries are unavailable: HOURGLASS_SECRET_KEY is not set',
  },
  'delivery.full': {
    kind: 'conflict',
    message: 'The query already has {limit|delivery|deliveries}, the maximum',
  },
  'delivery.active': {
    kind: 'conflict',
    message: 'The delivery is {state}; only one that has ended can be replayed',
  },
  'schedule.not_found': { kind: 'not_found', message: 'No schedule "{id}"' },
  'schedule.full': {
    kind: 'conflict',
    message: 'This environment already has {limit|schedule}, the maximum; delete one first',
  },
  'shared_view.full': {
    kind: 'conflict',
    message: 'This environment already has {limit|shared view}, the maximum; delete one first',
  },
  'shared_view.not_found': { kind: 'not_found', message: 'No shared view "{id}"' },
  'shared_view.refused': {
    kind: 'forbidden',
    message: 'The link to this view is incomplete, has expired or was revoked; ask its sender for a new one',
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
    message: 'The Idempotency-Key "{key}" was already used for a different submission',
  },
  'query.expired': { kind: 'gone', message: 'The result of this query has expired' },
  'result.range': {
    kind: 'range',
    message: 'The range {found} is outside of the {bytes|byte} of the result',
  },
  'link.not_found': { kind: 'not_found', message: 'No link "{id}"' },
  'result.link': {
    kind: 'forbidden',
    message: 'The link was modified, has expired or was revoked; request a new one from resulturl',
  },
  'limit.submissions': {
    kind: 'limited',
    message: 'This environment may submit {limit|query|queries} per hour; try again in {seconds|second}',
  },
  'limit.active': {
    kind: 'limited',
    message:
      'This environment may have {limit|query|queries} enqueued or running; try again when one has ended, for example in {seconds|second}',
  },
  'limit.streams': {
    kind: 'limited',
    message: 'Too many clients wait for queries; try again in {seconds|second}, or poll',
  },
  'limit.uploads': {
    kind: 'limited',
    message: 'Too many batches are being received at the same time; try again in {seconds|second}',
  },
  'limit.scratch': {
    kind: 'limited',
    message:
      'The batches of this organization that are being received have more than {limit}; try again in {seconds|second}',
  },
  'stats.busy': {
    kind: 'limited',
    message: 'Too many statistics of this organization are waiting; try again in {seconds|second}',
  },
  'limit.requests': {
    kind: 'limited',
    message: 'Requests {of} exceed {limit} per second; try again in {seconds|second}',
  },
  'stats.deadline': {
    kind: 'deadline',
    message:
      'The statistics took longer than {seconds|second}; request a shorter time range, or submit a query with POST …/queries, which may take hours',
  },
  'stats.too_large': {
    kind: 'invalid',
    message: '{reason}, or submit a query with POST …/queries, which has higher limits',
  },
  'batch.refused': { kind: 'invalid', message: 'The batch was refused as a whole: {reason}' },
  'batch.conflict': {
    kind: 'conflict',
    message: 'The Idempotency-Key "{id}" was already used with a different body',
  },
  'batch.too_large': {
    kind: 'too_large',
    message: 'The batch has {found}; expected at most {limit}: send several batches',
  },
  'batch.not_found': { kind: 'not_found', message: 'No batch "{id}" in this environment' },
  'batch.ambiguous': {
    kind: 'conflict',
    message: 'Several datasets have a batch "{id}": {datasets}; name one of them in the parameter dataset',
  },
  'batch.records': {
    kind: 'conflict',
    message:
      'The batch "{id}" consists of records, which have replaced earlier ones; import the earlier records instead',
  },
  'batch.untraceable': {
    kind: 'conflict',
    message:
      'The batch "{id}" was sealed by an earlier version of Hourglass, which did not keep the batches of facts; delete its time range instead',
  },
  'service.unavailable': { kind: 'unavailable', message: 'The {service} is not available; try again' },
  internal: { kind: 'internal', message: 'Internal error; report the request id {requestId}' },
} as const satisfies Record<string, { kind: ErrorKind; message: string }>;

export type ErrorCode = keyof typeof errorTable;

/** A fault in one field, like `Fault` of the query package. */
export interface FieldFault {
  readonly field: string;
  readonly message: string;
}

/**
 * Thrown by use cases and endpoints, independent of HTTP. The message may be shown to the caller.
 */
export class ReportError extends Error {
  readonly code: ErrorCode;
  readonly faults: readonly FieldFault[];

  constructor(
    code: ErrorCode,
    details: Readonly<Record<string, string | number>> = {},
    faults: readonly FieldFault[] = [],
  ) {
    super(fillIn(errorTable[code].message, details));
    this.name = 'ReportError';
    this.code = code;
    this.faults = faults;
  }

  get kind(): ErrorKind {
    return errorTable[this.code].kind;
  }
}

/** A refusal of kind `limited` that says when to try again. */
export class RetryLater extends ReportError {
  /** Whole seconds. */
  readonly retryAfterSeconds: number;

  constructor(
    code: ErrorCode,
    retryAfterSeconds: number,
    details: Readonly<Record<string, string | number>> = {},
  ) {
    super(code, { ...details, seconds: retryAfterSeconds });
    this.name = 'RetryLater';
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

const placeholder = /\{(?<name>\w+)(?:\|(?<noun>[\w ]+)(?:\|(?<plural>[\w ]+))?)?\}/g;

/** Details may quote a client's text, so invisible characters are shown by code point. */
function fillIn(template: string, details: Readonly<Record<string, string | number>>): string {
  return template.replaceAll(placeholder, (_, name: string, noun?: string, plural?: string) => {
    const detail = details[name] ?? name;
    return noun === undefined ? visible(String(detail)) : counted(Number(detail), noun, plural);
  });
}

/** Keeps the response to a bad request small. */
const maxShownFaults = 100;

/**
 * Returns one error for all faults of a request, with the first hundred of them. The message lists
 * the first few, for clients that show only the message.
 */
export function invalidRequest(faults: readonly FieldFault[]): ReportError {
  const details = { count: faults.length, faults: listFaults(faults) };
  return new ReportError('request.invalid', details, faults.slice(0, maxShownFaults));
}
