import type { Command } from 'commander';
import { userView } from '@hourglass/contract';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { withOrganization, type OrganizationOption } from '../../organization-option.ts';
import { askForPassword, readPasswordFromInput } from '../../read-password.ts';
import { userPath } from './user-path.ts';

interface Options extends OrganizationOption {
  readonly passwordStdin?: true;
}

/** `hourglass admin user set-password EMAIL`: asks for it unless it comes by standard input. */
export function addUserSetPasswordCommand(user: Command, context: CommandContext): void {
  withOrganization(user.command('set-password'))
    .description('give a user another password, which is asked for at the terminal')
    .argument('<email>', 'e-mail address of the user')
    .option('--password-stdin', 'read the password from standard input')
    .action(async (email: string, { org, passwordStdin }: Options) => {
      const password = await (passwordStdin ? readPasswordFromInput(context) : askForPassword(context));
      const changed = await context
        .api()
        .call({ method: 'PATCH', path: userPath(org, email), body: { password }, answer: userView });
      printAnswer(context, changed, `changed the password of ${changed.email}`);
    });
}
