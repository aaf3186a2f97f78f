import type { ClientSettings } from '@hourglass/platform';
import type { ApiClient } from './api-client.ts';

/** What a command is given: the API, where to write, and whether a person is watching. */
export interface CommandContext {
  /** Made on first use, so that `--help` needs no token. */
  readonly api: () => ApiClient;
  /** For a command that does without the API. */
  readonly settings: () => ClientSettings;
  readonly output: NodeJS.WriteStream;
  /** Progress and messages for a person; never mixed into what a script reads. */
  readonly messages: NodeJS.WriteStream;
  readonly input: NodeJS.ReadStream;
  readonly json: () => boolean;
}

/** A wrong use or a failed outcome whose message is all a person needs; anything else is a bug. */
export class CommandError extends Error {
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.name = 'CommandError';
    this.details = details;
  }
}

/** One answer: JSON on one line with `--json`, else the text. */
export function printAnswer(context: CommandContext, answer: object, text: string): void {
  context.output.write(`${context.json() ? JSON.stringify(answer) : text}\n`);
}
