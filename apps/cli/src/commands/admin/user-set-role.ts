import type { Command } from 'commander';
import { userView } from '@hourglass/contract';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { withOrganization, type OrganizationOption } from '../../organization-option.ts';
import { userPath } from './user-path.ts';

/** `hourglass admin user set-role EMAIL ROLE`. */
export function addUserSetRoleCommand(user: Command, context: CommandContext): void {
  withOrganization(user.command('set-role'))
    .description('give a user another role')
    .argument('<email>', 'e-mail address of the user')
    .argument('<role>', 'member, administrator or operator')
    .action(async (email: string, role: string, { org }: OrganizationOption) => {
      const changed = await context
        .api()
        .call({ method: 'PATCH', path: userPath(org, email), body: { role }, answer: userView });
      printAnswer(context, changed, `${changed.email} is ${changed.role} now`);
    });
}
