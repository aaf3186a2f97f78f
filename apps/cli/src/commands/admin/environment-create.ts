import type { Command } from 'commander';
import { environmentView } from '@hourglass/contract';
import { organizationPath } from '../../api-client.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { withOrganization, type OrganizationOption } from '../../organization-option.ts';

/** `hourglass admin environment create NAME`. */
export function addEnvironmentCreateCommand(environment: Command, context: CommandContext): void {
  withOrganization(environment.command('create'))
    .description('make an environment')
    .argument('<name>', 'name of the environment')
    .action(async (name: string, { org }: OrganizationOption) => {
      const made = await context.api().call({
        method: 'POST',
        path: `${organizationPath(org)}/environments`,
        body: { name },
        answer: environmentView,
      });
      printAnswer(context, made, `made ${made.name}`);
    });
}
