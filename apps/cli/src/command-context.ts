import type { Readable, Writable } from 'node:stream';
import type { ClientSettings } from '@hourglass/platform/settings';
import type { ApiClient } from './api-client.ts';

type Terminal = { readonly isTTY?: boolean };

/** The surroundings of a command that calls no API. */
export interface LocalContext {
  /** Results only, so that scripts can parse it. */
  readonly output: Writable & Terminal;
  /** Progress and messages for people. */
  readonly messages: Writable & Terminal;
  readonly input: Readable & Terminal;
  /** Undefined: the environment of the process. */
  readonly environment: Readonly<Record<string, string | undefined>> | undefined;
  /** Aborts when the command must end: by a signal, or because its output cannot be written. */
  readonly signal: AbortSignal;
  readonly json: () => boolean;
}

/** The surroundings of a command that calls the API. */
export interface CommandContext extends LocalContext {
  /** Created on first use, because not every use of a command needs a token. */
  readonly api: () => ApiClient;
  /** The part of the API that needs no token. */
  readonly openApi: () => ApiClient;
  readonly settings: () => ClientSettings;
}

/** Prints the result as one line of JSON with `--json`, else the text. */
export function printResult(context: LocalContext, result: object, text: string): void {
  context.output.write(`${context.json() ? JSON.stringify(result) : text}\n`);
}

export function expiry(expires: string | null): string {
  return expires === null ? 'never expires' : `expires ${expires}`;
}
