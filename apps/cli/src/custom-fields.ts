import { customFieldList, type CustomFieldList } from '@hourglass/contract';
import { cellReaders } from '@hourglass/facts';
import { customColumns, withCustomFields, type Dataset, type UndeclaredFields } from '@hourglass/query';
import { ApiError, environmentPath, type Place } from './api-client.ts';
import { CommandError, type CommandContext } from './command-context.ts';

export function customFieldsPath(place: Place): string {
  return `${environmentPath(place)}/customFields`;
}

export interface DeclaredDataset {
  readonly dataset: Dataset;
  readonly undeclaredFields: UndeclaredFields;
}

/**
 * The dataset with the custom fields that the environment has declared. A token that may only bring facts in
 * cannot ask for them, and sees the dataset as it is everywhere.
 */
export async function askForCustomFields(
  context: CommandContext,
  place: Place,
  dataset: Dataset,
): Promise<DeclaredDataset> {
  const { undeclaredFields, fields } = await listed(context, place);
  // The ids, by which the server keeps values, only have to differ here.
  const ofDataset = fields
    .filter((field) => field.dataset === dataset.name)
    .map(({ name, type }, index) => ({ id: index + 1, name, type }));
  return { dataset: withCustomFields(dataset, ofDataset), undeclaredFields };
}

async function listed(context: CommandContext, place: Place): Promise<CustomFieldList> {
  try {
    return await context
      .api()
      .call({ method: 'GET', path: customFieldsPath(place), answer: customFieldList });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'auth.scope') throw error;
    context.messages.write('custom fields are not known here: the token lacks the scope "read"\n');
    return { undeclaredFields: 'refuse', fields: [] };
  }
}

/** `name=value` texts as values of custom fields. Whether they fit is for the server to say. */
export function readCustomValues(
  texts: readonly string[],
  { dataset }: DeclaredDataset,
): Readonly<Record<string, unknown>> {
  const types = new Map(customColumns(dataset).map(({ name, type }) => [name, type]));
  const values = texts.map((text) => {
    const separator = text.indexOf('=');
    const name = separator === -1 ? text : text.slice(0, separator);
    const type = types.get(name);
    if (separator !== -1 && type !== undefined) {
      return [name, cellReaders[type](text.slice(separator + 1))] as const;
    }
    const expected = types.size === 0 ? 'the environment has none' : [...types.keys()].join(', ');
    throw new CommandError(`--custom-field ${text}: expected name=value with one of: ${expected}`);
  });
  return Object.fromEntries(values);
}
