/** The log of the servers; a pino logger fits. */
export interface EmbeddedLog {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface ServerExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunningServer {
  /** Includes the password. The server listens on 127.0.0.1. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Resolves when the process has exited for any reason; never rejects. */
  readonly exited: Promise<ServerExit>;
  /** Stops the process, gracefully at first. Resolves when it has exited; may be called again. */
  stop(): Promise<void>;
}

/**
 * An embedded server cannot be started; the message gives the reason and the end of the server's
 * output.
 */
export class EmbeddedServerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedServerError';
  }
}
