import type { Command } from 'commander';
import { deletedFacts } from '@hourglass/contract';
import { counted } from '@hourglass/contract/messages';
import { environmentPath } from '../api-client.ts';
import { printResult, type CommandContext } from '../command-context.ts';
import { confirm, withConfirmation, type ConfirmOptions } from '../confirm.ts';
import { placeOf, withPlace, type PlaceOptions } from '../options.ts';

interface DeleteOptions extends PlaceOptions, ConfirmOptions {
  readonly dataset: string;
  readonly from: string;
  readonly to: string;
}

/** `hourglass facts`. */
export function configureFacts(facts: Command, context: CommandContext): void {
  withConfirmation(withPlace(facts.command('delete')))
    .description('delete the facts of a time range')
    .requiredOption('--dataset <name>', 'dataset of the facts', 'api')
    .requiredOption('--from <time>', 'facts at or after this time')
    .requiredOption('--to <time>', 'facts before this time')
    .action(async (options: DeleteOptions) => {
      const { dataset, from, to } = options;
      const remove = (more: Readonly<Record<string, string>>) => {
        const parameters = new URLSearchParams({ from, to, ...more });
        return context.api().call({
          method: 'DELETE',
          path: `${environmentPath(placeOf(options))}/facts/${encodeURIComponent(dataset)}?${parameters.toString()}`,
          response: deletedFacts,
        });
      };
      if (options.yes !== true) {
        const { facts, bytes } = await remove({ dryRun: 'true' });
        const amount = `${counted(facts ?? 0, 'fact')} of about ${counted(bytes ?? 0, 'byte')}`;
        await confirm(`deletes ${amount}: ${dataset} from ${from} until before ${to}`, options, context);
      }
      const deleted = await remove({});
      const amount =
        deleted.facts === null ? 'the facts, which could not be counted,' : counted(deleted.facts, 'fact');
      printResult(context, deleted, `deleted ${amount} of ${dataset}`);
    });
}
