import type { Command } from 'commander';
import { printAnswer, type CommandContext } from '../command-context.ts';
import { placeOf, withPlace, type PlaceOptions } from '../place-options.ts';

/** `hourglass cancel ID`: ends a query that is not over yet. */
export function addCancelCommand(program: Command, context: CommandContext): void {
  withPlace(program.command('cancel'))
    .description('cancel a query that is enqueued or running')
    .argument('<id>', 'id of the query')
    .action(async (id: string, options: PlaceOptions) => {
      const status = await context.api().cancel(placeOf(options), id);
      printAnswer(context, { id, ...status }, status.state);
    });
}
