import type { Command } from 'commander';
import { tokenList } from '@hourglass/contract';
import { organizationPath } from '../../api-client.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { withOrganization, type OrganizationOption } from '../../organization-option.ts';

/** `hourglass admin token list`: id, user, scopes, time of expiry, description, environment and customers, separated by tabs. */
export function addTokenListCommand(token: Command, context: CommandContext): void {
  withOrganization(token.command('list'))
    .description('list the tokens of all users')
    .action(async ({ org }: OrganizationOption) => {
      const list = await context
        .api()
        .call({ method: 'GET', path: `${organizationPath(org)}/tokens`, answer: tokenList });
      const lines = list.tokens.map(({ id, email, scopes, expires, description, environment, customers }) =>
        [
          ...[id, email, scopes.join(','), expires ?? 'never expires', description ?? ''],
          ...[environment ?? 'all environments', customers.join(',')],
        ].join('\t'),
      );
      printAnswer(context, list, lines.join('\n'));
    });
}
