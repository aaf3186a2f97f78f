import type { Command } from 'commander';
import {
  createdOrganization,
  deletedOrganization,
  names,
  type CreateOrganizationBody,
  type DeletedOrganization,
} from '@hourglass/contract';
import { counted } from '@hourglass/contract/messages';
import { organizationPath } from '../../api-client.ts';
import { printResult, type CommandContext } from '../../command-context.ts';
import { confirm, withConfirmation, type ConfirmOptions } from '../../confirm.ts';
import { chooseNewPassword, withNewPassword, type NewPasswordOptions } from '../../passwords.ts';
import { describeContents } from '../../tenant-contents.ts';
import { addCeilingsCommand, addOverviewCommand, addSuspensionCommands } from './operator-organizations.ts';

const organizationsPath = '/v1/organizations';

/** `hourglass admin organization`. */
export function configureOrganizations(organization: Command, context: CommandContext): void {
  addCreateCommand(organization, context);
  addListCommand(organization, context);
  addDeleteCommand(organization, context);
  addOverviewCommand(organization, context);
  addCeilingsCommand(organization, context);
  addSuspensionCommands(organization, context);
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

function addDeleteCommand(organization: Command, context: CommandContext): void {
  withConfirmation(organization.command('delete'))
    .description('delete another organization with everything in it (operators only)')
    .argument('<name>', 'name of the organization')
    .action(async (name: string, options: ConfirmOptions) => {
      const remove = (query: string) =>
        context.api().call({
          method: 'DELETE',
          path: `${organizationPath(name)}${query}`,
          response: deletedOrganization,
        });
      if (options.yes !== true) {
        await confirm(
          `deletes the organization ${name} with ${describe(await remove('?dryRun=true'))}`,
          options,
          context,
        );
      }
      const deleted = await remove('');
      printResult(context, deleted, `deleted ${name} with ${describe(deleted)}`);
    });
}

function describe(deleted: DeletedOrganization): string {
  const { environments, users } = deleted;
  return [
    counted(environments.length, 'environment'),
    counted(users, 'user'),
    describeContents(deleted),
  ].join(', ');
}
