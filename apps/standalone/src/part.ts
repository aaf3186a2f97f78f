export interface PartExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running child process of the supervisor. */
export interface Part {
  readonly pid: number;
  /** Settles when it has ended for whatever reason; never rejects. */
  readonly exited: Promise<PartExit>;
  /** Ends it, gently first. Resolves when it is gone. */
  stop(): Promise<void>;
}

/** Hourglass cannot be started; the message is for the person who started it. */
export class StartFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartFailed';
  }
}

export function describeExit({ code, signal }: PartExit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
