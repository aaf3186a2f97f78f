import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { Option, type Command } from 'commander';
import type { OwnPasswordBody } from '@hourglass/contract';
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

/** The body of a change of the own password. Standard input has the current one, then the new one. */
export async function chooseOwnPassword(
  fromStdin: boolean,
  context: CommandContext,
): Promise<OwnPasswordBody> {
  if (!fromStdin) {
    return withHiddenInput(context, async (prompt) => ({
      currentPassword: await prompt('Current password: '),
      password: await promptTwice(prompt),
    }));
  }
  const lines = (await readSecret(standardStream, context)).split(/\r?\n/);
  const [currentPassword = '', password] = lines;
  if (password === undefined || lines.length > 2) {
    throw new CommandError('standard input: expected two lines, the current password and the new one');
  }
  return { currentPassword, password };
}

/**
 * Prompts twice at the terminal, without echo.
 * @throws CommandError without a terminal, when the passwords differ or the prompt is cancelled.
 */
export function promptForPassword(context: CommandContext): Promise<string> {
  return withHiddenInput(context, promptTwice);
}

type Prompt = (label: string) => Promise<string>;

async function promptTwice(prompt: Prompt): Promise<string> {
  const password = await prompt('Password: ');
  if ((await prompt('Repeat password: ')) !== password) throw new CommandError('the passwords differ');
  return password;
}

async function withHiddenInput<Result>(
  { input, messages }: CommandContext,
  ask: (prompt: Prompt) => Promise<Result>,
): Promise<Result> {
  if (!input.isTTY) {
    throw new CommandError('standard input: not a terminal; expected --password-stdin or a terminal');
  }
  const discard = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input, output: discard, terminal: true, historySize: 0 });
  const lines = terminal[Symbol.asyncIterator]();
  try {
    return await ask(async (label) => {
      messages.write(label);
      const line = await lines.next();
      messages.write('\n');
      // Ctrl-C and the end of the input close the terminal.
      if (line.done === true) throw new CommandError('no password was entered');
      return line.value;
    });
  } finally {
    terminal.close();
  }
}
