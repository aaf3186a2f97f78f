import type { Command } from 'commander';
import {
  organizationCeilings,
  organizationOverviews,
  organizationState,
  type ChangeCeilingsBody,
  type OrganizationCeilings,
  type OrganizationOverviewsView,
} from '@hourglass/contract';
import { counted } from '@hourglass/contract/messages';
import { organizationPath } from '../../api-client.ts';
import { printResult, type CommandContext } from '../../command-context.ts';
import { originOf, overrideOrNull, parseOverride, type Override } from '../../overrides.ts';

/** `hourglass admin organization overview`. Columns: name, state, last use, environments, users, tokens, links. */
export function addOverviewCommand(organization: Command, context: CommandContext): void {
  organization
    .command('overview')
    .description('show every organization with its state and last use (operators only)')
    .argument('[name]', 'only this organization')
    .action(async (name: string | undefined) => {
      const organizations = await readOverviews(name, context);
      const lines = organizations.map((one) =>
        [
          ...[one.name, one.state, one.lastUsed ?? 'never used', counted(one.environments, 'environment')],
          ...[counted(one.users, 'user'), counted(one.tokens, 'token'), counted(one.links, 'link')],
        ].join('\t'),
      );
      printResult(context, { organizations }, lines.join('\n'));
    });
}

async function readOverviews(
  name: string | undefined,
  context: CommandContext,
): Promise<OrganizationOverviewsView['organizations']> {
  const organizations: OrganizationOverviewsView['organizations'] = [];
  let pageToken: string | undefined;
  do {
    const query = new URLSearchParams({
      ...(name === undefined ? {} : { name }),
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    const path = `/v1/operator/organizations?${query.toString()}`;
    const page = await context.api().call({ method: 'GET', path, response: organizationOverviews });
    organizations.push(...page.organizations);
    pageToken = page.nextPageToken;
  } while (pageToken !== undefined);
  return organizations;
}

/** `hourglass admin organization suspend` and `resume`. */
export function addSuspensionCommands(organization: Command, context: CommandContext): void {
  const commands = {
    suspend: 'refuse the credentials and links of an organization; its queries wait (operators only)',
    resume: 'end the suspension of an organization (operators only)',
  };
  for (const [verb, description] of Object.entries(commands)) {
    organization
      .command(verb)
      .description(description)
      .argument('<name>', 'name of the organization')
      .action(async (name: string) => {
        const path = `${organizationPath(name)}:${verb}`;
        const result = await context.api().call({ method: 'POST', path, response: organizationState });
        printResult(context, result, `${name} is ${result.state}`);
      });
  }
}

interface CeilingsOptions {
  readonly queriesPerHour?: Override;
  readonly activeQueries?: Override;
  readonly turnWeight?: Override;
  readonly retentionDays?: Override;
  readonly schedules?: Override;
  readonly scheduledQueries?: Override;
}

/** `hourglass admin organization ceilings`. */
export function addCeilingsCommand(organization: Command, context: CommandContext): void {
  organization
    .command('ceilings')
    .description('show how far administrators may raise limits, or change it (operators only)')
    .argument('<name>', 'name of the organization')
    .option('--queries-per-hour <number>', 'submissions per rolling hour, or "default"', parseOverride)
    .option('--active-queries <number>', 'enqueued and running queries, or "default"', parseOverride)
    .option('--turn-weight <number>', 'weight in fair queueing, or "default"', parseOverride)
    .option(
      '--retention-days <number>',
      'longest retention that administrators may set, or "default"; deletes nothing',
      parseOverride,
    )
    .option('--schedules <number>', 'schedules, or "default"', parseOverride)
    .option(
      '--scheduled-queries <number>',
      'enqueued and running queries of schedules, or "default"',
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
  const { queriesPerHour, activeQueries, turnWeight, retentionDays, schedules, scheduledQueries, own } =
    ceilings;
  const kept = retentionDays === null ? 'unlimited' : counted(retentionDays, 'day');
  return [
    `queries per hour: ${queriesPerHour} (${originOf(own.queriesPerHour)})`,
    `active queries: ${activeQueries} (${originOf(own.activeQueries)})`,
    `fair-share weight: ${turnWeight} (${originOf(own.turnWeight)})`,
    `retention: ${kept} (${originOf(own.retentionDays)})`,
    `schedules: ${schedules} (${originOf(own.schedules)})`,
    `scheduled queries: ${scheduledQueries} (${originOf(own.scheduledQueries)})`,
  ].join('\n');
}
