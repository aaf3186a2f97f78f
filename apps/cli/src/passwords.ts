import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Option, type Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { readSecret, standardStream } from './read-text.ts';

export interface NewPasswordOptions {
  readonly passwordStdin?: true;
  readonly askPassword?: true;
}

/**
 * Adds the options that choose the password of a new user. A password is never an argument: other users
 * of the machine can see arguments, and the shell records them.
 */
export function withNewPassword(command: Command): Command {
  return command
    .option('--password-stdin', 'read the password from standard input (default: generate one)')
    .addOption(new Option('--ask-password', 'prompt for the password').conflicts('passwordStdin'));
}

/** Returns the member `password` of a request body, or nothing if the API is to generate one. */
export async function chooseNewPassword(
  options: NewPasswordOptions,
  context: CommandContext,
): Promise<{ readonly password?: string }> {
  if (options.passwordStdin) return { password: await readSecret(standardStream, context) };
  return options.askPassword ? { password: await promptForPassword(context) } : {};
}

/**
 * Prompts twice at the terminal, without echo.
 * @throws CommandError without a terminal, when the passwords differ or the prompt is cancelled.
 */
export async function promptForPassword({ input, messages }: CommandContext): Promise<string> {
  if (!input.isTTY) {
    throw new CommandError('standard input: not a terminal; expected --password-stdin or a terminal');
  }
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output: discard, terminal: true, historySize: 0 });
  const lines = terminal[Symbol.asyncIterator]();
  const prompt = async (label: string): Promise<string> => {
    messages.write(label);
    const line = await lines.next();
    messages.write('\n');
    // Ctrl-C and the end of the input close the terminal.
    if (line.done === true) throw new CommandError('no password was entered');
    return line.value;
  };
  try {
    const password = await prompt('Password: ');
    if ((await prompt('Repeat password: ')) !== password) throw new CommandError('the passwords differ');
    return password;
  } finally {
    terminal.close();
  }
}
