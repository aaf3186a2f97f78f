import type { Command } from 'commander';
import { signedIn, type SignedInView } from '@hourglass/contract';
import { ApiError } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { promptForCode, withHiddenInput } from '../hidden-input.ts';
import { readSecretLines, withoutSpaces } from '../passwords.ts';

interface LoginOptions {
  readonly passwordStdin?: true;
}

/** `hourglass login EMAIL`. Prints the token alone to standard output: there is no file in which it is kept. */
export function configureLogin(command: Command, context: CommandContext): void {
  command
    .argument('<email>', 'e-mail address of the user')
    .option(
      '--password-stdin',
      'read the password, and a code on a second line, from standard input (default: prompt for them)',
    )
    .addHelpText('after', '\nExample:\n  export HOURGLASS_TOKEN=$(hourglass login joe@acme.example)')
    .action(async (email: string, { passwordStdin }: LoginOptions) => {
      const signIn = signInAs(email, context);
      const view = await (passwordStdin ? withLines(signIn, context) : withPrompts(signIn, context));
      printResult(context, view, view.token);
      const { email: user, organization, expires } = view;
      context.messages.write(
        `Signed in as ${user} of ${organization} until ${expires}. The token is not shown again.\n`,
      );
    });
}

type SignIn = (password: string, code?: string) => Promise<SignedInView>;

function signInAs(email: string, context: CommandContext): SignIn {
  return (password, code) => {
    const body = { email, password, ...(code === undefined ? {} : { code: withoutSpaces(code) }) };
    return context.openApi().call({ method: 'POST', path: '/v1/signIn', body, response: signedIn });
  };
}

async function withLines(signIn: SignIn, context: CommandContext): Promise<SignedInView> {
  const [password = '', code] = await readSecretLines(context);
  return signIn(password, code);
}

/** Asks for a code only if the user needs one. */
function withPrompts(signIn: SignIn, context: CommandContext): Promise<SignedInView> {
  return withHiddenInput(context, async (prompt) => {
    const password = await prompt('Password: ');
    try {
      return await signIn(password);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 'auth.second_factor')) throw error;
      return signIn(password, await promptForCode(prompt));
    }
  });
}
