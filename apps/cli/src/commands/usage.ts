import type { Command } from 'commander';
import {
  environmentUsage,
  ingestUsage,
  organizationUsage,
  segmentUsage,
  userUsage,
  type EnvironmentUsage,
  type OrganizationUsage,
  type UserUsage,
} from '@hourglass/contract';
import { environmentPath, organizationPath } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import {
  placeOf,
  withOrganization,
  withPlace,
  type OrganizationOption,
  type PlaceOptions,
} from '../options.ts';

/** `hourglass usage`: the use of limits and storage, and by user. */
export function configureUsage(usage: Command, context: CommandContext): void {
  addShowCommand(usage, context);
  addIngestCommand(usage, context);
  addSegmentsCommand(usage, context);
  addUsersCommand(usage, context);
  addOrganizationCommand(usage, context);
}

/** Columns: what is used, how much, the limit if there is one. */
function addShowCommand(usage: Command, context: CommandContext): void {
  withPlace(usage.command('show', { isDefault: true }))
    .description('print the use of limits and storage of an environment')
    .action(async (place: PlaceOptions) => {
      const path = usagePath(place);
      const found = await context.api().call({ method: 'GET', path, response: environmentUsage });
      printResult(context, found, linesOf(found).join('\n'));
    });
}

function linesOf(usage: EnvironmentUsage): readonly string[] {
  const { submissions, activeQueries, scheduledQueries, schedules, facts, results } = usage;
  return [
    `submissions\t${submissions.used}\t${submissions.limit}`,
    `active queries\t${activeQueries.used}\t${activeQueries.limit}`,
    `scheduled queries\t${scheduledQueries.used}\t${scheduledQueries.limit}`,
    `schedules\t${schedules.used}\t${schedules.limit}`,
    ...facts.flatMap(({ dataset, hotFacts, segments, segmentFacts, segmentBytes }) => [
      `${dataset}: hot facts\t${hotFacts}`,
      `${dataset}: sealed facts\t${segmentFacts}`,
      `${dataset}: segments\t${segments}`,
      `${dataset}: bytes\t${segmentBytes}`,
    ]),
    `results\t${results.count}`,
    `results: bytes\t${results.bytes}`,
  ];
}

/** Columns: beginning of the hour or day, dataset, batches, facts. */
function addIngestCommand(usage: Command, context: CommandContext): void {
  withPlace(usage.command('ingest'))
    .description('count the accepted facts of the last 24 hours or 30 days')
    .option('--unit <unit>', 'hour or day', 'day')
    .action(async ({ unit, ...place }: PlaceOptions & { readonly unit: string }) => {
      const path = `${usagePath(place)}/ingest?unit=${encodeURIComponent(unit)}`;
      const found = await context.api().call({ method: 'GET', path, response: ingestUsage });
      const lines = found.buckets.map(({ start, dataset, batches, facts }) => [
        start,
        dataset,
        batches,
        facts,
      ]);
      printCounted(context, found, lines, 'no facts were accepted');
    });
}

interface RangeOptions {
  readonly from?: string;
  readonly to?: string;
}

function withRange(command: Command): Command {
  return command
    .option('--from <time>', 'beginning of the range')
    .option('--to <time>', 'end of the range, exclusive');
}

/** Columns: day, dataset, segments, facts, bytes. */
function addSegmentsCommand(usage: Command, context: CommandContext): void {
  withRange(withPlace(usage.command('segments')))
    .description('count segments with their facts and bytes by day of the facts')
    .action(async (options: PlaceOptions & RangeOptions) => {
      const path = `${usagePath(options)}/segments${rangeQuery(options)}`;
      const found = await context.api().call({ method: 'GET', path, response: segmentUsage });
      const lines = found.days.map(({ day, dataset, segments, facts, bytes }) => [
        ...[day, dataset, segments, facts, bytes],
      ]);
      printCounted(context, found, lines, 'no sealed facts');
    });
}

/** Columns: e-mail address, then those of `amountsOf`. */
function addUsersCommand(usage: Command, context: CommandContext): void {
  withRange(withPlace(usage.command('users')))
    .description('sum what each user used of an environment')
    .action(async (options: PlaceOptions & RangeOptions) => {
      const path = `${usagePath(options)}/users${rangeQuery(options)}`;
      const found = await context.api().call({ method: 'GET', path, response: userUsage });
      const lines = found.users.map((use) => [use.user ?? '-', ...amountsOf(use)]);
      printCounted(context, found, lines, 'nothing was used');
    });
}

/** Columns: environment, e-mail address, token or -, then those of `amountsOf`. */
function addOrganizationCommand(usage: Command, context: CommandContext): void {
  withRange(withOrganization(usage.command('organization')))
    .description('sum what each user and each token used, by environment')
    .action(async (options: OrganizationOption & RangeOptions) => {
      const path = `${organizationPath(options.org)}/usage${rangeQuery(options)}`;
      const found = await context.api().call({ method: 'GET', path, response: organizationUsage });
      const lines = [
        ...found.users.map((use) => [use.environment, use.user ?? '-', '-', ...amountsOf(use)]),
        ...found.tokens.map((use) => [use.environment, use.user, use.token, ...amountsOf(use)]),
      ];
      printCounted(context, found, lines, 'nothing was used');
    });
}

type Amounts =
  | Omit<UserUsage['users'][number], 'user' | 'shared' | 'failed'>
  | OrganizationUsage['tokens'][number];

/** Submissions, scanned facts, bytes of results, batches, ingested facts. */
function amountsOf({ submissions, scannedFacts, resultBytes, batches, ingestedFacts }: Amounts) {
  return [submissions, scannedFacts, resultBytes, batches, ingestedFacts];
}

function printCounted(
  context: CommandContext,
  found: { readonly from: string; readonly countedFrom: string },
  lines: readonly (readonly (string | number)[])[],
  none: string,
): void {
  if (found.countedFrom > found.from) {
    context.messages.write(`counted since ${found.countedFrom}: there is too much before it\n`);
  }
  printResult(context, found, lines.length === 0 ? none : lines.map((line) => line.join('\t')).join('\n'));
}

function rangeQuery({ from, to }: RangeOptions): string {
  const given = Object.entries({ from, to }).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

function usagePath(place: PlaceOptions): string {
  return `${environmentPath(placeOf(place))}/usage`;
}
