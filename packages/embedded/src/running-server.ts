/** What the servers report while they run; a pino logger fits. */
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
  /** With password; only for local clients, the server listens on 127.0.0.1. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Settles when the process has ended for whatever reason; never rejects. */
  readonly exited: Promise<ServerExit>;
  /** Ends the process, gently first. Resolves when it is gone; may be called again. */
  stop(): Promise<void>;
}

/** An embedded server that cannot be started; the message says why and ends with the server's last output. */
export class EmbeddedServerError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedServerError';
  }
}
