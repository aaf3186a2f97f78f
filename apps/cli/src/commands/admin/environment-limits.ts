import type { Command } from 'commander';
import { environmentLimits, type ChangeLimitsBody, type EnvironmentLimits } from '@hourglass/contract';
import { environmentPath } from '../../api-client.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { originOf, ownOrNull, readOwnValue, type OwnValue } from '../../own-value.ts';
import { placeOf, withPlace, type PlaceOptions } from '../../place-options.ts';
import { wholeNumber } from '../../whole-number.ts';

interface LimitsOptions extends PlaceOptions {
  readonly queriesPerHour?: OwnValue;
  readonly activeQueries?: OwnValue;
  readonly turnWeight?: number;
}

/** `hourglass admin environment limits`: shows the limits of an environment, changed first if a limit is given. */
export function addEnvironmentLimitsCommand(environment: Command, context: CommandContext): void {
  withPlace(environment.command('limits'))
    .description('show or change how much an environment may submit, and its share of the workers')
    .option('--queries-per-hour <number>', 'submissions per rolling hour, or "default"', readOwnValue)
    .option('--active-queries <number>', 'enqueued and running queries, or "default"', readOwnValue)
    .option(
      '--turn-weight <number>',
      'its queries that run for one of an environment with the weight 1 while both have some waiting',
      wholeNumber,
    )
    .action(async (options: LimitsOptions) => {
      const { queriesPerHour, activeQueries, turnWeight } = options;
      const change: ChangeLimitsBody = {
        ...(queriesPerHour === undefined ? {} : { queriesPerHour: ownOrNull(queriesPerHour) }),
        ...(activeQueries === undefined ? {} : { activeQueries: ownOrNull(activeQueries) }),
        ...(turnWeight === undefined ? {} : { turnWeight }),
      };
      const limits = await context.api().call({
        path: `${environmentPath(placeOf(options))}/limits`,
        answer: environmentLimits,
        ...(Object.keys(change).length === 0 ? { method: 'GET' } : { method: 'PATCH', body: change }),
      });
      printAnswer(context, limits, describe(limits));
    });
}

function describe({ queriesPerHour, activeQueries, turnWeight, own }: EnvironmentLimits): string {
  return [
    `queries per hour: ${queriesPerHour} (${originOf(own.queriesPerHour)})`,
    `active queries: ${activeQueries} (${originOf(own.activeQueries)})`,
    `weight in turns: ${turnWeight}`,
  ].join('\n');
}
