import type { Command } from 'commander';
import { createdOrganization, names, type CreateOrganizationBody } from '@hourglass/contract';
import { printResult, type CommandContext } from '../../command-context.ts';
import { chooseNewPassword, withNewPassword, type NewPasswordOptions } from '../../passwords.ts';

const organizationsPath = '/v1/organizations';

/** `hourglass admin organization`. */
export function configureOrganizations(organization: Command, context: CommandContext): void {
  addCreateCommand(organization, context);
  addListCommand(organization, context);
}

interface CreateOptions extends NewPasswordOptions {
  readonly environment: readonly string[];
  readonly adminEmail: string;
}

function addCreateCommand(organization: Command, context: CommandContext): void {
  withNewPassword(organization.command('create'))
    .description('create an organization with an administrator and a token (operators only)')
    .argument('<name>', 'name of the organization')
    .requiredOption('--admin-email <email>', 'e-mail address of its administrator')
    .option('--environment <name...>', 'its environments', [])
    .action(async (name: string, options: CreateOptions) => {
      const { adminEmail: email, environment: environments } = options;
      const administrator = { email, ...(await chooseNewPassword(options, context)) };
      const body: CreateOrganizationBody = { name, environments: [...environments], administrator };
      const created = await context
        .api()
        .call({ method: 'POST', path: organizationsPath, body, response: createdOrganization });
      const { password } = created.administrator;
      const secrets = [
        ...(password === undefined ? [] : [`password: ${password}`]),
        `token: ${created.token}`,
      ];
      printResult(context, created, secrets.join('\n'));
      context.messages.write(
        `Created organization ${name}. These credentials of ${created.administrator.email} are not shown again.\n`,
      );
    });
}

function addListCommand(organization: Command, context: CommandContext): void {
  organization
    .command('list')
    .description('show the organization of the token')
    .action(async () => {
      const list = await context.api().call({ method: 'GET', path: organizationsPath, response: names });
      printResult(context, list, list.join('\n'));
    });
}
