import type { EncodedRow } from '@hourglass/facts';
import { catalogue, storedColumns, type Dataset } from '@hourglass/query';

function apiDataset(): Dataset {
  const dataset = catalogue.get('api');
  if (dataset === undefined) throw new Error('unknown dataset api');
  return dataset;
}

export const api = apiDataset();

const columns = storedColumns(api).map((column) => column.name);

/** `time` is ISO 8601 in UTC. Columns that `values` lacks are null, as is `custom_fields`. */
export function encodedFact(
  time: string,
  values: Readonly<Record<string, string | number>> = {},
): EncodedRow {
  const fields = [...columns, 'custom_fields'].map((column) => values[column] ?? '\\N');
  return { cells: [time, ...fields.map(String)] };
}
