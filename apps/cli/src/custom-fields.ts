import { customFieldList, repeatedMessage, type CustomFieldList } from '@hourglass/contract';
import { cellReaders, declareFields, type DeclaredDataset } from '@hourglass/facts';
import { customColumns, type Dataset } from '@hourglass/query/catalogue';
import { ApiError, environmentPath, type Place } from './api-client.ts';
import type { CommandContext } from './command-context.ts';
import { UsageError } from './command-error.ts';

export function customFieldsPath(place: Place): string {
  return `${environmentPath(place)}/customFields`;
}

/**
 * Adds the custom fields that the environment declares to a dataset. A token with only the scope `ingest`
 * cannot read them; then the dataset is returned unchanged.
 */
export async function fetchCustomFields(
  context: CommandContext,
  place: Place,
  dataset: Dataset,
): Promise<DeclaredDataset> {
  return declareFields(dataset, await listCustomFields(context, place));
}

async function listCustomFields(context: CommandContext, place: Place): Promise<CustomFieldList> {
  try {
    return await context
      .api()
      .call({ method: 'GET', path: customFieldsPath(place), response: customFieldList });
  } catch (error) {
    if (!(error instanceof ApiError) || error.code !== 'auth.scope') throw error;
    context.messages.write('continuing without custom fields: the token lacks the scope "read"\n');
    return { undeclaredFields: 'refuse', fields: [] };
  }
}

/** Parses `name=value` texts by the types of the declared fields. The server checks the values. */
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
    if (types.size === 0) throw new UsageError(`--custom-field ${text}: the environment declares no fields`);
    const problem = separator === -1 ? 'no value' : 'undeclared field';
    const declared = [...types.keys()].join(', ');
    throw new UsageError(`--custom-field ${text}: ${problem}; expected name=value with one of ${declared}`);
  });
  const names = values.map(([name]) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined) throw new UsageError(`--custom-field ${repeated}: ${repeatedMessage}`);
  return Object.fromEntries(values);
}
