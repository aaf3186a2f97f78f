import { Argument, type Command } from 'commander';
import {
  customFieldList,
  deletedEnvironment,
  environmentHostnames,
  environmentLimits,
  environmentRetention,
  environmentView,
  names,
  type ChangeLimitsBody,
  type EnvironmentLimits,
  type EnvironmentRetention,
} from '@hourglass/contract';
import { undeclaredFieldsChoices, type UndeclaredFields } from '@hourglass/query/catalogue';
import { counted } from '@hourglass/contract/messages';
import { environmentPath, organizationPath } from '../../api-client.ts';
import { printResult, type CommandContext } from '../../command-context.ts';
import { confirm, withConfirmation, type ConfirmOptions } from '../../confirm.ts';
import { customFieldsPath } from '../../custom-fields.ts';
import {
  placeOf,
  wholeNumber,
  withOrganization,
  withPlace,
  type OrganizationOption,
  type PlaceOptions,
} from '../../options.ts';
import { originOf, overrideOrNull, parseOverride, type Override } from '../../overrides.ts';
import { describeContents } from '../../tenant-contents.ts';

/** `hourglass admin environment`. */
export function configureEnvironments(environment: Command, context: CommandContext): void {
  addCreateCommand(environment, context);
  addListCommand(environment, context);
  addDeleteCommand(environment, context);
  addHostnamesCommand(environment, context);
  addLimitsCommand(environment, context);
  addRetentionCommand(environment, context);
  addUndeclaredFieldsCommand(environment, context);
}

function addCreateCommand(environment: Command, context: CommandContext): void {
  withOrganization(environment.command('create'))
    .description('create an environment')
    .argument('<name>', 'name of the environment')
    .action(async (name: string, { org }: OrganizationOption) => {
      const created = await context.api().call({
        method: 'POST',
        path: `${organizationPath(org)}/environments`,
        body: { name },
        response: environmentView,
      });
      printResult(context, created, `created ${created.name}`);
    });
}

function addListCommand(environment: Command, context: CommandContext): void {
  withOrganization(environment.command('list'))
    .description('list the environments')
    .action(async ({ org }: OrganizationOption) => {
      const path = `${organizationPath(org)}/environments`;
      const list = await context.api().call({ method: 'GET', path, response: names });
      printResult(context, list, list.join('\n'));
    });
}

function addDeleteCommand(environment: Command, context: CommandContext): void {
  withConfirmation(withOrganization(environment.command('delete')))
    .description('delete an environment with everything in it')
    .argument('<name>', 'name of the environment')
    .action(async (name: string, { org, ...options }: OrganizationOption & ConfirmOptions) => {
      const path = environmentPath({ organization: org, environment: name });
      const remove = (query: string) =>
        context.api().call({ method: 'DELETE', path: `${path}${query}`, response: deletedEnvironment });
      if (options.yes !== true) {
        await confirm(
          `deletes the environment ${name} with ${describeContents(await remove('?dryRun=true'))}`,
          options,
          context,
        );
      }
      const deleted = await remove('');
      printResult(context, deleted, `deleted ${name} with ${describeContents(deleted)}`);
    });
}

interface HostnamesOptions extends PlaceOptions {
  readonly set?: readonly string[];
}

function addHostnamesCommand(environment: Command, context: CommandContext): void {
  withPlace(environment.command('hostnames'))
    .description('show or replace the host names that select an environment')
    .option('--set <hostnames>', 'new host names, separated by commas; "" removes all', splitHostnames)
    .action(async (options: HostnamesOptions) => {
      const { set } = options;
      const result = await context.api().call({
        path: `${environmentPath(placeOf(options))}/hostnames`,
        response: environmentHostnames,
        ...(set === undefined ? { method: 'GET' } : { method: 'PUT', body: { hostnames: set } }),
      });
      const { hostnames } = result;
      printResult(context, result, hostnames.length === 0 ? 'no host names' : hostnames.join('\n'));
    });
}

function splitHostnames(text: string): string[] {
  return text === '' ? [] : text.split(',').map((hostname) => hostname.trim());
}

interface LimitsOptions extends PlaceOptions {
  readonly queriesPerHour?: Override;
  readonly activeQueries?: Override;
  readonly schedules?: Override;
  readonly scheduledQueries?: Override;
  readonly turnWeight?: number;
}

function addLimitsCommand(environment: Command, context: CommandContext): void {
  withPlace(environment.command('limits'))
    .description('show or change the limits of an environment and its share of the workers')
    .option('--queries-per-hour <number>', 'submissions per rolling hour, or "default"', parseOverride)
    .option('--active-queries <number>', 'enqueued and running queries, or "default"', parseOverride)
    .option('--schedules <number>', 'schedules, or "default"', parseOverride)
    .option(
      '--scheduled-queries <number>',
      'enqueued and running queries of schedules, or "default"',
      parseOverride,
    )
    .option(
      '--turn-weight <number>',
      'weight in fair queueing: 2 starts twice as many queries as 1 while both have some waiting',
      wholeNumber,
    )
    .action(async (options: LimitsOptions) => {
      const { turnWeight, queriesPerHour, activeQueries, schedules, scheduledQueries } = options;
      const own = { queriesPerHour, activeQueries, schedules, scheduledQueries };
      const change: ChangeLimitsBody = {
        ...Object.fromEntries(
          Object.entries(own).flatMap(([limit, value]) =>
            value === undefined ? [] : [[limit, overrideOrNull(value)]],
          ),
        ),
        ...(turnWeight === undefined ? {} : { turnWeight }),
      };
      const limits = await context.api().call({
        path: `${environmentPath(placeOf(options))}/limits`,
        response: environmentLimits,
        ...(Object.keys(change).length === 0 ? { method: 'GET' } : { method: 'PATCH', body: change }),
      });
      printResult(context, limits, describeLimits(limits));
    });
}

function describeLimits({ own, turnWeight, ...limits }: EnvironmentLimits): string {
  return [
    `queries per hour: ${limits.queriesPerHour} (${originOf(own.queriesPerHour)})`,
    `active queries: ${limits.activeQueries} (${originOf(own.activeQueries)})`,
    `schedules: ${limits.schedules} (${originOf(own.schedules)})`,
    `scheduled queries: ${limits.scheduledQueries} (${originOf(own.scheduledQueries)})`,
    `fair-share weight: ${turnWeight}`,
  ].join('\n');
}

type RemovedFacts = NonNullable<EnvironmentRetention['removes']>;

interface RetentionOptions extends PlaceOptions, ConfirmOptions {
  readonly days?: Override;
}

function addRetentionCommand(environment: Command, context: CommandContext): void {
  withConfirmation(withPlace(environment.command('retention')))
    .description('show or change the retention of facts in an environment')
    .option('--days <number>', 'age at which facts are dropped, or "default"', parseOverride)
    .action(async (options: RetentionOptions) => {
      const path = `${environmentPath(placeOf(options))}/retention`;
      const { days } = options;
      const retention = await (days === undefined
        ? context.api().call({ method: 'GET', path, response: environmentRetention })
        : changeRetention({ path, days }, options, context));
      printResult(context, retention, describeRetention(retention));
    });
}

/** Asks if the change removes facts. */
async function changeRetention(
  { path, days }: { readonly path: string; readonly days: Override },
  options: ConfirmOptions,
  context: CommandContext,
): Promise<EnvironmentRetention> {
  const change = (query: string) =>
    context.api().call({
      method: 'PATCH',
      path: `${path}${query}`,
      body: { retentionDays: overrideOrNull(days) },
      response: environmentRetention,
    });
  if (options.yes !== true) {
    const { removes } = await change('?dryRun=true');
    if (removes !== undefined && removes.facts > 0) {
      await confirm(`removes ${describeRemoved(removes)}`, options, context);
    }
  }
  return change('');
}

function describeRetention({ retentionDays, own, removes }: EnvironmentRetention): string {
  const kept = retentionDays === null ? 'unlimited' : counted(retentionDays, 'day');
  const removed = removes === undefined ? '' : `\nremoved: ${describeRemoved(removes)}`;
  return `retention: ${kept} (${originOf(own.retentionDays)})${removed}`;
}

function describeRemoved({ facts, bytes }: RemovedFacts): string {
  return facts === 0 ? 'no facts' : `${counted(facts, 'fact')} of about ${counted(bytes, 'byte')}`;
}

function addUndeclaredFieldsCommand(environment: Command, context: CommandContext): void {
  withPlace(environment.command('undeclared-fields'))
    .description('refuse facts with undeclared fields, or ignore these fields')
    .addArgument(new Argument('<policy>', 'treatment of undeclared fields').choices(undeclaredFieldsChoices))
    .action(async (undeclaredFields: UndeclaredFields, options: PlaceOptions) => {
      const { fields: _, ...result } = await context.api().call({
        method: 'PATCH',
        path: customFieldsPath(placeOf(options)),
        body: { undeclaredFields },
        response: customFieldList,
      });
      printResult(context, result, `undeclared fields: ${result.undeclaredFields}`);
    });
}
