import type { Command } from 'commander';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { nothing } from '../../api-client.ts';
import { withOrganization, type OrganizationOption } from '../../organization-option.ts';
import { userPath } from './user-path.ts';

/** `hourglass admin user delete EMAIL`. */
export function addUserDeleteCommand(user: Command, context: CommandContext): void {
  withOrganization(user.command('delete'))
    .description('delete a user and the tokens of the user')
    .argument('<email>', 'e-mail address of the user')
    .action(async (email: string, { org }: OrganizationOption) => {
      await context.api().call({ method: 'DELETE', path: userPath(org, email), answer: nothing });
      printAnswer(context, { deleted: email }, `deleted ${email}`);
    });
}
