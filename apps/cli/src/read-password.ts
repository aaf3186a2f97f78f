import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { CommandError, type CommandContext } from './command-context.ts';

/**
 * Standard input as a password, without the end of its line. Never an argument: those are seen by everybody on the
 * machine and kept by the shell.
 */
export async function readPasswordFromInput({ input }: CommandContext): Promise<string> {
  return (await text(input)).replace(/\r?\n$/, '');
}

/** Asks twice at the terminal, which shows nothing of it. @throws CommandError without a terminal or when the two differ */
export async function askForPassword({ input, messages }: CommandContext): Promise<string> {
  if (!input.isTTY) {
    throw new CommandError('there is no terminal to ask for a password; send it with --password-stdin');
  }
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output: nowhere, terminal: true, historySize: 0 });
  const lines = terminal[Symbol.asyncIterator]();
  const ask = async (question: string): Promise<string> => {
    messages.write(question);
    const answer = await lines.next();
    messages.write('\n');
    // Ctrl-C and the end of the input close the terminal.
    if (answer.done === true) throw new CommandError('no password was given');
    return answer.value;
  };
  try {
    const password = await ask('Password: ');
    if ((await ask('The same again: ')) !== password) throw new CommandError('the two passwords differ');
    return password;
  } finally {
    terminal.close();
  }
}
