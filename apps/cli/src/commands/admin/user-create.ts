import type { Command } from 'commander';
import { createdUser } from '@hourglass/contract';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { newPasswordOf, withNewPassword, type NewPasswordOptions } from '../../new-password-options.ts';
import { withOrganization, type OrganizationOption } from '../../organization-option.ts';
import { usersPath } from './user-path.ts';

interface Options extends OrganizationOption, NewPasswordOptions {
  readonly role: string;
}

/** `hourglass admin user create EMAIL`: prints the password when the API made one. */
export function addUserCreateCommand(user: Command, context: CommandContext): void {
  withNewPassword(withOrganization(user.command('create')))
    .description('make a user')
    .argument('<email>', 'e-mail address of the user')
    .option('--role <role>', 'member, administrator or operator', 'member')
    .action(async (email: string, options: Options) => {
      const body = { email, role: options.role, ...(await newPasswordOf(options, context)) };
      const made = await context
        .api()
        .call({ method: 'POST', path: usersPath(options.org), body, answer: createdUser });
      const { password } = made;
      printAnswer(context, made, password ?? `made ${made.email}, ${made.role}`);
      if (password !== undefined) {
        context.messages.write(
          `Made ${made.email}, ${made.role}. This is the password, which is shown only now.\n`,
        );
      }
    });
}
