import { Option, type Command } from 'commander';
import { customFieldList, customFieldView } from '@hourglass/contract';
import { customFieldTypes, type CustomFieldType } from '@hourglass/query/catalogue';
import { noBody } from '../../api-client.ts';
import { printResult, type CommandContext } from '../../command-context.ts';
import { customFieldsPath } from '../../custom-fields.ts';
import { placeOf, withPlace, type PlaceOptions } from '../../options.ts';

/** `hourglass admin custom-field`. */
export function configureCustomFields(customField: Command, context: CommandContext): void {
  addCreateCommand(customField, context);
  addListCommand(customField, context);
  addDeleteCommand(customField, context);
}

interface CreateOptions extends PlaceOptions {
  readonly type: CustomFieldType;
  readonly dataset: string;
  readonly description?: string;
}

function addCreateCommand(customField: Command, context: CommandContext): void {
  withPlace(customField.command('create'))
    .description('declare a field that facts of the environment may have')
    .argument('<name>', 'name of the field')
    .addOption(
      new Option('--type <type>', 'type of its values').choices(customFieldTypes).makeOptionMandatory(),
    )
    .option('--dataset <name>', 'dataset of the facts', 'api')
    .option('--description <text>', 'meaning, shown in lists')
    .action(async (name: string, options: CreateOptions) => {
      const { type, dataset, description } = options;
      const field = await context.api().call({
        method: 'POST',
        path: customFieldsPath(placeOf(options)),
        body: { name, type, dataset, ...(description === undefined ? {} : { description }) },
        response: customFieldView,
      });
      printResult(context, field, `declared ${field.name} as ${field.type}`);
    });
}

function addListCommand(customField: Command, context: CommandContext): void {
  withPlace(customField.command('list'))
    .description('list the declared fields')
    .action(async (options: PlaceOptions) => {
      const path = customFieldsPath(placeOf(options));
      const list = await context.api().call({ method: 'GET', path, response: customFieldList });
      const lines = list.fields.map(({ name, type, dataset, description }) =>
        [dataset, name, type, ...(description === undefined ? [] : [description])].join('\t'),
      );
      printResult(context, list, [...lines, `undeclared fields: ${list.undeclaredFields}`].join('\n'));
    });
}

interface DeleteOptions extends PlaceOptions {
  readonly dataset: string;
}

function addDeleteCommand(customField: Command, context: CommandContext): void {
  withPlace(customField.command('delete'))
    .description('delete a field; its stored values stay unreadable even if it is declared again')
    .argument('<name>', 'name of the field')
    .option('--dataset <name>', 'dataset of the facts', 'api')
    .action(async (name: string, options: DeleteOptions) => {
      const path = `${customFieldsPath(placeOf(options))}/${encodeURIComponent(name)}`;
      const dataset = encodeURIComponent(options.dataset);
      await context.api().call({ method: 'DELETE', path: `${path}?dataset=${dataset}`, response: noBody });
      printResult(context, { name, dataset: options.dataset }, `deleted ${name}`);
    });
}
