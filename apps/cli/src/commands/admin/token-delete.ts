import type { Command } from 'commander';
import { nothing, organizationPath } from '../../api-client.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { withOrganization, type OrganizationOption } from '../../organization-option.ts';

/** `hourglass admin token delete ID`. */
export function addTokenDeleteCommand(token: Command, context: CommandContext): void {
  withOrganization(token.command('delete'))
    .description('delete a token, which ends at once')
    .argument('<id>', 'id of the token, as the list shows it')
    .action(async (id: string, { org }: OrganizationOption) => {
      const path = `${organizationPath(org)}/tokens/${encodeURIComponent(id)}`;
      await context.api().call({ method: 'DELETE', path, answer: nothing });
      printAnswer(context, { deleted: id }, `deleted ${id}`);
    });
}
