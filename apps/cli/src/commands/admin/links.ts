import type { Command } from 'commander';
import { resultLinkList, revokedLinks } from '@hourglass/contract';
import { counted } from '@hourglass/contract/messages';
import { noBody, organizationPath } from '../../api-client.ts';
import { printResult, type CommandContext } from '../../command-context.ts';
import { UsageError } from '../../command-error.ts';
import { withOrganization, type OrganizationOption } from '../../options.ts';

/** `hourglass admin link`: links to results, which need no credentials. */
export function configureLinks(link: Command, context: CommandContext): void {
  addListCommand(link, context);
  addRevokeCommand(link, context);
  addRotateKeyCommand(link, context);
}

/** Columns: id, query, environment, user, expiry. */
function addListCommand(link: Command, context: CommandContext): void {
  withOrganization(link.command('list'))
    .description('list the links to results that have not expired')
    .action(async ({ org }: OrganizationOption) => {
      const list = await context
        .api()
        .call({ method: 'GET', path: linksPath(org), response: resultLinkList });
      const lines = list.links.map(({ id, query, environment, email, expires }) =>
        [id, query, environment, email, expires].join('\t'),
      );
      printResult(context, list, lines.join('\n'));
    });
}

interface RevokeOptions extends OrganizationOption {
  readonly user?: string;
  readonly all?: boolean;
}

function addRevokeCommand(link: Command, context: CommandContext): void {
  withOrganization(link.command('revoke'))
    .description('revoke one link, those of a user, or all of an organization')
    .argument('[id]', 'id of the link, as "link list" shows it')
    .option('--user <email>', 'revoke the links that this user requested')
    .option('--all', 'revoke every link of the organization')
    .action(async (id: string | undefined, { org, user, all }: RevokeOptions) => {
      if ([id, user, all].filter((chosen) => chosen !== undefined).length !== 1) {
        throw new UsageError('expected the id of a link, --user or --all');
      }
      if (id !== undefined) {
        const path = `${linksPath(org)}/${encodeURIComponent(id)}`;
        await context.api().call({ method: 'DELETE', path, response: noBody });
        printResult(context, { revoked: 1 }, `revoked ${id}`);
        return;
      }
      const query = user === undefined ? 'all=true' : `user=${encodeURIComponent(user)}`;
      const path = `${linksPath(org)}?${query}`;
      const result = await context.api().call({ method: 'DELETE', path, response: revokedLinks });
      printResult(context, result, `revoked ${counted(result.revoked, 'link')}`);
    });
}

function addRotateKeyCommand(link: Command, context: CommandContext): void {
  link
    .command('rotate-key')
    .description('make a new key for links, which ends all links of every organization (operators only)')
    .action(async () => {
      const path = '/v1/operator/resultLinkKey';
      const result = await context.api().call({ method: 'POST', path, response: revokedLinks });
      printResult(context, result, `made a new key; ended ${counted(result.revoked, 'link')}`);
    });
}

function linksPath(organization: string): string {
  return `${organizationPath(organization)}/resultLinks`;
}
