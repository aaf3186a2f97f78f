import { Option, type Command } from 'commander';
import type { OwnPasswordBody } from '@hourglass/contract';
import type { CommandContext } from './command-context.ts';
import { CommandError } from './command-error.ts';
import { promptForCode, withHiddenInput, type Prompt } from './hidden-input.ts';
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
  const [currentPassword, password] = await readTwoLines('the current password and the new one', context);
  return { currentPassword, password };
}

/** Password and code of the caller. Standard input has them on two lines. */
export async function choosePasswordAndCode(
  fromStdin: boolean,
  context: CommandContext,
): Promise<{ readonly password: string; readonly code: string }> {
  if (!fromStdin) {
    return withHiddenInput(context, async (prompt) => ({
      password: await prompt('Password: '),
      code: withoutSpaces(await promptForCode(prompt)),
    }));
  }
  const [password, code] = await readTwoLines('the password and a code', context);
  return { password, code: withoutSpaces(code) };
}

/** Apps show codes in groups. */
export function withoutSpaces(code: string): string {
  return code.replaceAll(/\s/g, '');
}

async function readTwoLines(
  expected: string,
  context: CommandContext,
): Promise<readonly [first: string, second: string]> {
  const [first = '', second, ...more] = await readSecretLines(context);
  if (second !== undefined && more.length === 0) return [first, second];
  throw new CommandError(`standard input: expected two lines, ${expected}`);
}

/** Reads the lines of standard input. */
export async function readSecretLines(context: CommandContext): Promise<readonly string[]> {
  return (await readSecret(standardStream, context)).split(/\r?\n/);
}

/**
 * Prompts twice at the terminal, without echo.
 * @throws CommandError without a terminal, when the passwords differ or the prompt is cancelled
 */
export function promptForPassword(context: CommandContext): Promise<string> {
  return withHiddenInput(context, promptTwice);
}

async function promptTwice(prompt: Prompt): Promise<string> {
  const password = await prompt('Password: ');
  if ((await prompt('Repeat password: ')) !== password) throw new CommandError('the passwords differ');
  return password;
}
