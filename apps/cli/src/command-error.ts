/** One thing wrong with an argument, a setting, a request or a row. */
export interface Fault {
  /** The line of the file, from 1. */
  readonly line?: number;
  /** Empty: the row as a whole. */
  readonly field: string;
  readonly message: string;
}

/** A failed outcome. Its message is one line that says what is wrong and what to do. Any other error is a bug. */
export class CommandError extends Error {
  /** Added to the JSON that `--json` prints. */
  readonly details: Readonly<Record<string, unknown>>;
  readonly faults: readonly Fault[];

  constructor(
    message: string,
    details: Readonly<Record<string, unknown>> = {},
    { faults = [], cause }: { readonly faults?: readonly Fault[]; readonly cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.name = 'CommandError';
    this.details = details;
    this.faults = faults;
  }
}

/** A wrong argument: exit code 2. */
export class UsageError extends CommandError {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}
