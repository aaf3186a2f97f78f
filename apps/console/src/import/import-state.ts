import type { ImportFormat, ProxyNaming, RowFault } from '@hourglass/facts/formats';

/** The choices of a person. */
export interface ImportChoices {
  /** Null: by the name of each file. */
  readonly format: ImportFormat | null;
  /** For access logs. */
  readonly proxy: ProxyNaming | null;
  /** For CSV. */
  readonly separator: string;
  readonly onError: 'refuse' | 'skip';
}

export interface ImportRequest extends ImportChoices {
  readonly files: readonly File[];
  /** The URL of the environment in the API. */
  readonly environmentUrl: string;
}

interface FileFault extends RowFault {
  readonly file: string;
}

/** A refusal or a lost connection, which a person may have to solve. */
export interface ImportProblem {
  /** 0: no response. */
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly requestId: string | null;
}

type ImportPhase =
  | 'running'
  /** The server is away or busy; goes on by itself. */
  | 'waiting'
  /** Goes on when a person says so. */
  | 'paused'
  /** A batch has bad lines. */
  | 'refused'
  /** The rest of a file cannot be read. */
  | 'stopped'
  | 'done';

/** All that is known of an import. Bounded, however large its files are. */
export interface ImportState {
  readonly phase: ImportPhase;
  readonly fileName: string;
  /** From 1. */
  readonly fileNumber: number;
  readonly files: number;
  readonly readBytes: number;
  readonly totalBytes: number;
  /** The format that was recognised in a log. */
  readonly format: string | null;
  /** Facts that this import stored. */
  readonly accepted: number;
  /** Facts that an earlier import had stored. */
  readonly repeated: number;
  /** Bad rows that were left out. */
  readonly rejected: number;
  /** The first bad rows. */
  readonly faults: readonly FileFault[];
  /** A last line that may be half written. */
  readonly unfinished: { readonly file: string; readonly line: number } | null;
  /** Times of the facts, in milliseconds since 1970. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  readonly problem: ImportProblem | null;
}

export const maxShownFaults = 100;

export function startState(files: readonly { readonly name: string; readonly size: number }[]): ImportState {
  return {
    phase: 'running',
    fileName: files[0]?.name ?? '',
    fileNumber: 1,
    files: files.length,
    readBytes: 0,
    totalBytes: files.reduce((sum, { size }) => sum + size, 0),
    format: null,
    accepted: 0,
    repeated: 0,
    rejected: 0,
    faults: [],
    unfinished: null,
    firstMs: null,
    lastMs: null,
    problem: null,
  };
}
