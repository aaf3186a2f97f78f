import { ServiceUnavailable } from '../service-unavailable.ts';
import { scratchDiskFault } from './scratch-disk-fault.ts';

/**
 * All texts in the status of a failed query; docs/operate/troubleshooting.md has an entry for each. Details
 * replace `{name}`.
 */
export const failureReasons = {
  outOfTime: 'The query did not finish within {seconds} s',
  neverFinished: 'The query was started {attempts} times and never finished',
  attemptFailed: 'Attempt {attempt} of {attempts} failed: {cause}',
} as const;

/** All texts for `{cause}` in `attemptFailed`. */
export const attemptFailures = {
  memory: 'The report needs more than {memoryMb} MB of memory: request fewer groups or a shorter time range',
  temporaryDisk:
    'The report needs more than {maxSpillMb} MB of temporary disk space: request fewer groups or a shorter time range',
  diskFull: 'The disk for temporary files is full',
  diskBroken: 'The disk for temporary files cannot be used',
  clusterMemory:
    'The report needs more than {memoryMb} MB of memory on a node of the cluster: request fewer groups or a shorter time range',
  clusterDisk: 'The disk of a node of the cluster is full',
  computation: 'The report could not be computed',
  unavailable: 'The {service} is not available',
  unknown: 'Internal error; search the worker log for the id of this query',
} as const;

/** Why the stored facts cannot be reported, however often the query is retried. */
export const impossibleReports = {
  rateMissing:
    'No exchange rate from {currency} to {target} for {day} or the {days} days before it; store one and submit the report again',
  integerTooLarge:
    'A whole number of the column {column} does not fit into the 64 bits of parquet; submit the report as json or csv',
  sheetRows:
    'The report has more than {rows} rows, which do not fit on one sheet; request fewer rows, or submit it as csv',
  sheetCell:
    'A text of the column {column} has more than {characters} characters, which do not fit into one cell; submit the report as csv',
  sheetSize:
    'The spreadsheet needs more than {megabytes} MB; request fewer rows or columns, or submit the report as csv',
  currencyMissing: 'An amount of {day} has no currency and cannot be converted to {target}',
} as const;

type Details = Readonly<Record<string, string | number>>;

export function failureReason(reason: keyof typeof failureReasons, details: Details): string {
  return filled(failureReasons[reason], details);
}

/** The failure of an attempt, with a message for the client. `cause` is for the log. */
export class AttemptFailure extends Error {
  readonly failure: keyof typeof attemptFailures;

  constructor(failure: keyof typeof attemptFailures, details: Details = {}, options?: ErrorOptions) {
    super(filled(attemptFailures[failure], details), options);
    this.name = 'AttemptFailure';
    this.failure = failure;
  }
}

/** Fails the query without a retry. The message is for the client. */
export class ReportImpossible extends Error {
  constructor(reason: keyof typeof impossibleReports, details: Details) {
    super(filled(impossibleReports[reason], details));
    this.name = 'ReportImpossible';
  }
}

/**
 * Converts any error of an attempt to a message that a client may read, without paths, statements
 * or texts of libraries.
 */
export function asAttemptFailure(error: unknown): AttemptFailure {
  if (error instanceof AttemptFailure) return error;
  if (error instanceof ServiceUnavailable)
    return new AttemptFailure('unavailable', { service: error.service }, { cause: error });
  return new AttemptFailure(scratchDiskFault(error) ?? 'unknown', {}, { cause: error });
}

function filled(text: string, details: Details): string {
  return text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? name));
}
