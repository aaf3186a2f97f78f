import { Option, type Command } from 'commander';
import { customFieldView } from '@hourglass/contract';
import { customFieldTypes, type CustomFieldType } from '@hourglass/query';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { customFieldsPath } from '../../custom-fields.ts';
import { placeOf, withPlace, type PlaceOptions } from '../../place-options.ts';

interface CreateOptions extends PlaceOptions {
  readonly type: CustomFieldType;
  readonly dataset: string;
  readonly description?: string;
}

/** `hourglass admin custom-field create NAME` */
export function addCustomFieldCreateCommand(customField: Command, context: CommandContext): void {
  withPlace(customField.command('create'))
    .description('declare a field that facts of the environment may carry')
    .argument('<name>', 'name of the field')
    .addOption(
      new Option('--type <type>', 'what its values are').choices(customFieldTypes).makeOptionMandatory(),
    )
    .option('--dataset <name>', 'dataset of the facts', 'api')
    .option('--description <text>', 'what it says')
    .action(async (name: string, options: CreateOptions) => {
      const { type, dataset, description } = options;
      const field = await context.api().call({
        method: 'POST',
        path: customFieldsPath(placeOf(options)),
        body: { name, type, dataset, ...(description === undefined ? {} : { description }) },
        answer: customFieldView,
      });
      printAnswer(context, field, `${field.name} is declared as ${field.type}`);
    });
}
