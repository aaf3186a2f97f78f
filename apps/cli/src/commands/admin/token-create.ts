import type { Command } from 'commander';
import { createdToken } from '@hourglass/contract';
import { organizationPath } from '../../api-client.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { withOrganization, type OrganizationOption } from '../../organization-option.ts';
import { wholeNumber } from '../../whole-number.ts';

interface Options extends OrganizationOption {
  readonly scope: readonly string[];
  readonly email?: string;
  readonly description?: string;
  readonly expiresInSeconds?: number;
  readonly environment?: string;
  readonly customer?: readonly string[];
}

/** `hourglass admin token create`: prints the token, and what it is to standard error. */
export function addTokenCreateCommand(token: Command, context: CommandContext): void {
  withOrganization(token.command('create'))
    .description('make a token')
    .requiredOption('--scope <scope...>', 'what it may do: read, submit, ingest, admin')
    .option('--email <email>', 'the user whom it speaks for (default: that of HOURGLASS_TOKEN)')
    .option('--description <text>', 'what it is for')
    .option('--expires-in-seconds <number>', 'how long it lives (default: for ever)', wholeNumber)
    .option('--environment <name>', 'the only environment that it is good for (default: all)')
    .option('--customer <id...>', 'with --environment: it sees the consumption of these, and nothing else')
    .action(async ({ org, scope: scopes, customer: customers, ...rest }: Options) => {
      const made = await context.api().call({
        method: 'POST',
        path: `${organizationPath(org)}/tokens`,
        body: { scopes, ...rest, ...(customers === undefined ? {} : { customers }) },
        answer: createdToken,
      });
      printAnswer(context, made, made.token);
      const end = made.expires === null ? 'never expires' : `expires ${made.expires}`;
      context.messages.write(
        `Made the token ${made.id} of ${made.email}, which ${end} and is shown only now.\n`,
      );
    });
}
