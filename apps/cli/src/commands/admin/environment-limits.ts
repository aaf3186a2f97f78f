import { InvalidArgumentError, type Command } from 'commander';
import { environmentLimits, type ChangeLimitsBody, type EnvironmentLimits } from '@hourglass/contract';
import { environmentPath } from '../../api-client.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { placeOf, withPlace, type PlaceOptions } from '../../place-options.ts';

type Limit = number | 'default';

interface LimitsOptions extends PlaceOptions {
  readonly queriesPerHour?: Limit;
  readonly activeQueries?: Limit;
}

/** `hourglass admin environment limits`: shows the limits of an environment, changed first if a limit is given. */
export function addEnvironmentLimitsCommand(environment: Command, context: CommandContext): void {
  withPlace(environment.command('limits'))
    .description('show or change how much an environment may submit')
    .option('--queries-per-hour <number>', 'submissions per rolling hour, or "default"', limit)
    .option('--active-queries <number>', 'enqueued and running queries, or "default"', limit)
    .action(async (options: LimitsOptions) => {
      const { queriesPerHour, activeQueries } = options;
      const change: ChangeLimitsBody = {
        ...(queriesPerHour === undefined ? {} : { queriesPerHour: ownLimit(queriesPerHour) }),
        ...(activeQueries === undefined ? {} : { activeQueries: ownLimit(activeQueries) }),
      };
      const limits = await context.api().call({
        path: `${environmentPath(placeOf(options))}/limits`,
        answer: environmentLimits,
        ...(Object.keys(change).length === 0 ? { method: 'GET' } : { method: 'PATCH', body: change }),
      });
      printAnswer(context, limits, describe(limits));
    });
}

function describe({ queriesPerHour, activeQueries, own }: EnvironmentLimits): string {
  return [
    `queries per hour: ${queriesPerHour} (${origin(own.queriesPerHour)})`,
    `active queries: ${activeQueries} (${origin(own.activeQueries)})`,
  ].join('\n');
}

function ownLimit(limit: Limit): number | null {
  return limit === 'default' ? null : limit;
}

function limit(value: string): Limit {
  if (value === 'default') return value;
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new InvalidArgumentError('expected a whole number or "default"');
}

function origin(own: number | null): string {
  return own === null ? 'default' : 'its own';
}
