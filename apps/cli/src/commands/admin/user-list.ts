import type { Command } from 'commander';
import { userList } from '@hourglass/contract';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { withOrganization, type OrganizationOption } from '../../organization-option.ts';
import { usersPath } from './user-path.ts';

/** `hourglass admin user list`: e-mail address, role and time of creation, separated by tabs. */
export function addUserListCommand(user: Command, context: CommandContext): void {
  withOrganization(user.command('list'))
    .description('list the users')
    .action(async ({ org }: OrganizationOption) => {
      const list = await context.api().call({ method: 'GET', path: usersPath(org), answer: userList });
      const lines = list.users.map(({ email, role, created }) => [email, role, created].join('\t'));
      printAnswer(context, list, lines.join('\n'));
    });
}
