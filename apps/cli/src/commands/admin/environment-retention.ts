import type { Command } from 'commander';
import { environmentRetention, type EnvironmentRetention } from '@hourglass/contract';
import { environmentPath } from '../../api-client.ts';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { originOf, ownOrNull, readOwnValue, type OwnValue } from '../../own-value.ts';
import { placeOf, withPlace, type PlaceOptions } from '../../place-options.ts';

interface RetentionOptions extends PlaceOptions {
  readonly days?: OwnValue;
}

/** `hourglass admin environment retention`: shows how long facts are kept, changed first if `--days` is given. */
export function addEnvironmentRetentionCommand(environment: Command, context: CommandContext): void {
  withPlace(environment.command('retention'))
    .description('show or change how long an environment keeps facts')
    .option('--days <number>', 'facts that are older are dropped, or "default"', readOwnValue)
    .action(async (options: RetentionOptions) => {
      const { days } = options;
      const retention = await context.api().call({
        path: `${environmentPath(placeOf(options))}/retention`,
        answer: environmentRetention,
        ...(days === undefined
          ? { method: 'GET' }
          : { method: 'PATCH', body: { retentionDays: ownOrNull(days) } }),
      });
      printAnswer(context, retention, describe(retention));
    });
}

function describe({ retentionDays, own }: EnvironmentRetention): string {
  const kept = retentionDays === null ? 'for ever' : `${retentionDays} days`;
  return `facts are kept: ${kept} (${originOf(own.retentionDays)})`;
}
