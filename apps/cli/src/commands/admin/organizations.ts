import type { Command } from 'commander';
import {
  createdOrganization,
  deletedOrganization,
  names,
  organizationCeilings,
  type ChangeCeilingsBody,
  type CreateOrganizationBody,
  type DeletedOrganization,
  type OrganizationCeilings,
} from '@hourglass/contract';
import { counted } from '@hourglass/contract/messages';
import { organizationPath } from '../../api-client.ts';
import { printResult, type CommandContext } from '../../command-context.ts';
import { confirm, withConfirmation, type ConfirmOptions } from '../../confirm.ts';
import { originOf, overrideOrNull, parseOverride, type Override } from '../../overrides.ts';
import { chooseNewPassword, withNewPassword, type NewPasswordOptions } from '../../passwords.ts';
import { describeContents } from '../../tenant-contents.ts';

const organizationsPath = '/v1/organizations';

/** `hourglass admin organization`. */
export function configureOrganizations(organization: Command, context: CommandContext): void {
  addCreateCommand(organization, context);
  addListCommand(organization, context);
  addDeleteCommand(organization, context);
  addCeilingsCommand(organization, context);
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

interface CeilingsOptions {
  readonly queriesPerHour?: Override;
  readonly activeQueries?: Override;
  readonly turnWeight?: Override;
  readonly retentionDays?: Override;
}

function addCeilingsCommand(organization: Command, context: CommandContext): void {
  organization
    .command('ceilings')
    .description('show how far administrators may raise limits, or change it (operators only)')
    .argument('<name>', 'name of the organization')
    .option('--queries-per-hour <number>', 'submissions per rolling hour, or "default"', parseOverride)
    .option('--active-queries <number>', 'enqueued and running queries, or "default"', parseOverride)
    .option('--turn-weight <number>', 'weight in fair queueing, or "default"', parseOverride)
    .option(
      '--retention-days <number>',
      'retention of facts, or "default"; older facts of the organization are deleted',
      parseOverride,
    )
    .action(async (name: string, options: CeilingsOptions) => {
      const change = Object.fromEntries(
        Object.entries(options).map(([ceiling, value]: [string, Override]) => [
          ceiling,
          overrideOrNull(value),
        ]),
      ) satisfies ChangeCeilingsBody;
      const ceilings = await context.api().call({
        path: `${organizationPath(name)}/ceilings`,
        response: organizationCeilings,
        ...(Object.keys(change).length === 0 ? { method: 'GET' } : { method: 'PATCH', body: change }),
      });
      printResult(context, ceilings, describeCeilings(ceilings));
    });
}

function describeCeilings(ceilings: OrganizationCeilings): string {
  const { queriesPerHour, activeQueries, turnWeight, retentionDays, own } = ceilings;
  const kept = retentionDays === null ? 'unlimited' : counted(retentionDays, 'day');
  return [
    `queries per hour: ${queriesPerHour} (${originOf(own.queriesPerHour)})`,
    `active queries: ${activeQueries} (${originOf(own.activeQueries)})`,
    `fair-share weight: ${turnWeight} (${originOf(own.turnWeight)})`,
    `retention: ${kept} (${originOf(own.retentionDays)})`,
  ].join('\n');
}

function describe(deleted: DeletedOrganization): string {
  const { environments, users } = deleted;
  return [
    counted(environments.length, 'environment'),
    counted(users, 'user'),
    describeContents(deleted),
  ].join(', ');
}
