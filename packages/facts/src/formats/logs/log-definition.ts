import type { LogVariable } from './log-variables.ts';

/** A text that every line has at this place, or a variable. */
export type LogPiece =
  | { readonly literal: string }
  /** `name` as it is written in the definition. */
  | { readonly name: string; readonly variable: LogVariable };

/** The definition of a log format, as the server's configuration has it. */
export interface LogDefinition {
  readonly pieces: readonly LogPiece[];
  readonly unescape: (text: string) => string;
  /** Whether the server writes a backslash before quotes and backslashes. */
  readonly isEscaped: boolean;
}

/** A definition that cannot be read, or that has no time. */
export class LogDefinitionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'LogDefinitionError';
  }
}
