import type { Command } from 'commander';
import { names } from '@hourglass/contract';
import { printAnswer, type CommandContext } from '../../command-context.ts';

/** `hourglass admin organization list`: of the token, which is one. */
export function addOrganizationListCommand(organization: Command, context: CommandContext): void {
  organization
    .command('list')
    .description('name the organization of the token')
    .action(async () => {
      const list = await context.api().call({ method: 'GET', path: '/v1/organizations', answer: names });
      printAnswer(context, list, list.join('\n'));
    });
}
