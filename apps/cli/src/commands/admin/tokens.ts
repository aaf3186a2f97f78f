import type { Command } from 'commander';
import { createdToken, tokenList } from '@hourglass/contract';
import { noBody, organizationPath } from '../../api-client.ts';
import { expiry, printResult, type CommandContext } from '../../command-context.ts';
import { wholeNumber, withOrganization, type OrganizationOption } from '../../options.ts';

/** `hourglass admin token`. */
export function configureTokens(token: Command, context: CommandContext): void {
  addCreateCommand(token, context);
  addListCommand(token, context);
  addDeleteCommand(token, context);
}

interface CreateOptions extends OrganizationOption {
  readonly scope: readonly string[];
  readonly email?: string;
  readonly description?: string;
  readonly expiresInSeconds?: number;
  readonly environment?: string;
  readonly customer?: readonly string[];
}

/** Prints the token alone to standard output, so that a script can capture it. */
function addCreateCommand(token: Command, context: CommandContext): void {
  withOrganization(token.command('create'))
    .description('create a token')
    .requiredOption('--scope <scope...>', 'permissions: read, submit, ingest, admin')
    .option('--email <email>', 'user it acts for (default: the user of HOURGLASS_TOKEN)')
    .option('--description <text>', 'purpose, shown in lists')
    .option('--expires-in-seconds <number>', 'lifetime (default: unlimited)', wholeNumber)
    .option('--environment <name>', 'environment it is restricted to (default: none)')
    .option('--customer <id...>', 'with --environment: restrict it to the consumption of these customers')
    .action(async ({ org, scope: scopes, customer: customers, ...rest }: CreateOptions) => {
      const created = await context.api().call({
        method: 'POST',
        path: tokensPath(org),
        body: { scopes, ...rest, ...(customers === undefined ? {} : { customers }) },
        response: createdToken,
      });
      printResult(context, created, created.token);
      context.messages.write(
        `Created token ${created.id} of ${created.email} (${expiry(created.expires)}). It is not shown again.\n`,
      );
    });
}

/** Columns: id, user, scopes, expiry, description, environment, customers. */
function addListCommand(token: Command, context: CommandContext): void {
  withOrganization(token.command('list'))
    .description('list the tokens of all users')
    .action(async ({ org }: OrganizationOption) => {
      const list = await context.api().call({ method: 'GET', path: tokensPath(org), response: tokenList });
      const lines = list.tokens.map(({ id, email, scopes, expires, description, environment, customers }) =>
        [
          ...[id, email, scopes.join(','), expires ?? 'never expires', description ?? ''],
          ...[environment ?? 'all environments', customers.join(',')],
        ].join('\t'),
      );
      printResult(context, list, lines.join('\n'));
    });
}

function addDeleteCommand(token: Command, context: CommandContext): void {
  withOrganization(token.command('delete'))
    .description('delete a token with immediate effect')
    .argument('<id>', 'id of the token, as "token list" shows it')
    .option('--with-made', 'also delete the tokens that were made with it, as after a theft')
    .action(async (id: string, { org, withMade }: OrganizationOption & { readonly withMade?: true }) => {
      const path = `${tokensPath(org)}/${encodeURIComponent(id)}${withMade === true ? '?withMade=true' : ''}`;
      await context.api().call({ method: 'DELETE', path, response: noBody });
      printResult(context, { deleted: id }, `deleted ${id}`);
    });
}

function tokensPath(organization: string): string {
  return `${organizationPath(organization)}/tokens`;
}
