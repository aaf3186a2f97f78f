import type { Command } from 'commander';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { customFieldsPath } from '../../custom-fields.ts';
import { placeOf, withPlace, type PlaceOptions } from '../../place-options.ts';

interface DeleteOptions extends PlaceOptions {
  readonly dataset: string;
}

const nothing = { parse: () => null };

/** `hourglass admin custom-field delete NAME` */
export function addCustomFieldDeleteCommand(customField: Command, context: CommandContext): void {
  withPlace(customField.command('delete'))
    .description('delete a field; what facts have of it is not read any more, also when it is declared anew')
    .argument('<name>', 'name of the field')
    .option('--dataset <name>', 'dataset of the facts', 'api')
    .action(async (name: string, options: DeleteOptions) => {
      const path = `${customFieldsPath(placeOf(options))}/${encodeURIComponent(name)}`;
      const dataset = encodeURIComponent(options.dataset);
      await context.api().call({ method: 'DELETE', path: `${path}?dataset=${dataset}`, answer: nothing });
      printAnswer(context, { name, dataset: options.dataset }, `${name} is deleted`);
    });
}
