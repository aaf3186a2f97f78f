import type { Command } from 'commander';
import { names } from '@hourglass/contract';
import { organizationPath } from '../../api-client.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { withOrganization, type OrganizationOption } from '../../organization-option.ts';

/** `hourglass admin environment list`. */
export function addEnvironmentListCommand(environment: Command, context: CommandContext): void {
  withOrganization(environment.command('list'))
    .description('name the environments')
    .action(async ({ org }: OrganizationOption) => {
      const path = `${organizationPath(org)}/environments`;
      const list = await context.api().call({ method: 'GET', path, answer: names });
      printAnswer(context, list, list.join('\n'));
    });
}
