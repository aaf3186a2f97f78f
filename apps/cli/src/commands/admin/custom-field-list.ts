import type { Command } from 'commander';
import { customFieldList } from '@hourglass/contract';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { customFieldsPath } from '../../custom-fields.ts';
import { placeOf, withPlace, type PlaceOptions } from '../../place-options.ts';

/** `hourglass admin custom-field list` */
export function addCustomFieldListCommand(customField: Command, context: CommandContext): void {
  withPlace(customField.command('list'))
    .description('show the fields that the environment has declared')
    .action(async (options: PlaceOptions) => {
      const path = customFieldsPath(placeOf(options));
      const list = await context.api().call({ method: 'GET', path, answer: customFieldList });
      const lines = list.fields.map(({ name, type, dataset, description }) =>
        [dataset, name, type, ...(description === undefined ? [] : [description])].join('\t'),
      );
      printAnswer(context, list, [...lines, `undeclared fields: ${list.undeclaredFields}`].join('\n'));
    });
}
