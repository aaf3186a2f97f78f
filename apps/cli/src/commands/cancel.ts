import type { Command } from 'commander';
import { printResult, type CommandContext } from '../command-context.ts';
import { placeOf, withPlace, type PlaceOptions } from '../options.ts';

/** `hourglass cancel ID`. */
export function configureCancel(command: Command, context: CommandContext): void {
  withPlace(command)
    .argument('<id>', 'id of the query')
    .action(async (id: string, options: PlaceOptions) => {
      const status = await context.api().cancel(placeOf(options), id);
      printResult(context, { id, ...status }, status.state);
    });
}
