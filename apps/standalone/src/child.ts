export interface ChildExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running child process of the supervisor. */
export interface Child {
  readonly pid: number;
  /** Resolves when the process has exited for any reason; never rejects. */
  readonly exited: Promise<ChildExit>;
  /** Stops the process, gracefully at first. Resolves when it has exited. */
  stop(): Promise<void>;
}

/** Hourglass cannot be started; the message is for the user. */
export class StartFailed extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartFailed';
  }
}

export function describeExit({ code, signal }: ChildExit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
