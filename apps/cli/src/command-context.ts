import type { ClientSettings } from '@hourglass/platform/settings';
import type { ApiClient } from './api-client.ts';

/** Access of a command to the API, the settings and the standard streams. */
export interface CommandContext {
  /** Created on first use, so that `--help` needs no token. */
  readonly api: () => ApiClient;
  /** For commands that do not call the API. */
  readonly settings: () => ClientSettings;
  /** Results only, so that scripts can parse it. */
  readonly output: NodeJS.WriteStream;
  /** Progress and messages for people. */
  readonly messages: NodeJS.WriteStream;
  readonly input: NodeJS.ReadStream;
  readonly json: () => boolean;
}

/** A wrong argument or a failed outcome. It is reported without a stack; any other error is a bug. */
export class CommandError extends Error {
  /** Added to the JSON that `--json` prints. */
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'CommandError';
    this.details = details;
  }
}

/** Prints the result as one line of JSON with `--json`, else the text. */
export function printResult(context: CommandContext, result: object, text: string): void {
  context.output.write(`${context.json() ? JSON.stringify(result) : text}\n`);
}

export function expiry(expires: string | null): string {
  return expires === null ? 'never expires' : `expires ${expires}`;
}
