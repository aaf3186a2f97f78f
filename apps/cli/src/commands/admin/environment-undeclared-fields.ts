import { Argument, type Command } from 'commander';
import { customFieldList } from '@hourglass/contract';
import { undeclaredFieldsChoices, type UndeclaredFields } from '@hourglass/query';
import { printAnswer, type CommandContext } from '../../command-context.ts';
import { customFieldsPath } from '../../custom-fields.ts';
import { placeOf, withPlace, type PlaceOptions } from '../../place-options.ts';

/** `hourglass admin environment undeclared-fields refuse|ignore` */
export function addEnvironmentUndeclaredFieldsCommand(environment: Command, context: CommandContext): void {
  withPlace(environment.command('undeclared-fields'))
    .description('refuse facts with fields that nobody declared, or ignore such fields')
    .addArgument(new Argument('<what>', 'what becomes of undeclared fields').choices(undeclaredFieldsChoices))
    .action(async (undeclaredFields: UndeclaredFields, options: PlaceOptions) => {
      const { fields: _, ...answer } = await context.api().call({
        method: 'PATCH',
        path: customFieldsPath(placeOf(options)),
        body: { undeclaredFields },
        answer: customFieldList,
      });
      printAnswer(context, answer, `undeclared fields: ${answer.undeclaredFields}`);
    });
}
