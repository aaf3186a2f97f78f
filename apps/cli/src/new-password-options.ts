import { Option, type Command } from 'commander';
import type { CommandContext } from './command-context.ts';
import { askForPassword, readPasswordFromInput } from './read-password.ts';

export interface NewPasswordOptions {
  readonly passwordStdin?: true;
  readonly askPassword?: true;
}

/** How a new user gets a password; without either option the API makes one. */
export function withNewPassword(command: Command): Command {
  return command
    .option('--password-stdin', 'read the password from standard input')
    .addOption(
      new Option('--ask-password', 'ask for the password at the terminal').conflicts('passwordStdin'),
    );
}

/** The member `password` of a body, or nothing where the API is to make one. */
export async function newPasswordOf(
  options: NewPasswordOptions,
  context: CommandContext,
): Promise<{ readonly password?: string }> {
  if (options.passwordStdin) return { password: await readPasswordFromInput(context) };
  return options.askPassword ? { password: await askForPassword(context) } : {};
}
