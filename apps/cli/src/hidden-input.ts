import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';

/** Asks for a line, such as `Password: `, and returns it. */
export type Prompt = (label: string, what?: 'password' | 'code') => Promise<string>;

/**
 * Runs `ask` with prompts at the terminal, without echo.
 * @param otherwise the option with which the command needs no terminal
 * @throws CommandError without a terminal, or when a prompt is cancelled
 */
export async function withHiddenInput<Result>(
  { input, messages }: CommandContext,
  ask: (prompt: Prompt) => Promise<Result>,
  otherwise = '--password-stdin',
): Promise<Result> {
  if (!input.isTTY) {
    throw new CommandError(`standard input: not a terminal; expected ${otherwise} or a terminal`);
  }
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output: discard, terminal: true, historySize: 0 });
  const lines = terminal[Symbol.asyncIterator]();
  try {
    return await ask(async (label, what = 'password') => {
      messages.write(label);
      const line = await lines.next();
      messages.write('\n');
      // Ctrl-C and the end of the input close the terminal.
      if (line.done === true) throw new CommandError(`no ${what} was entered`);
      return line.value;
    });
  } finally {
    terminal.close();
  }
}

export function promptForCode(prompt: Prompt): Promise<string> {
  return prompt('Code: ', 'code');
}
