import type { EncodedRow, EncodedRows } from '@hourglass/facts';
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

/** Joins the cells of the rows to lines, in the order of the cells. */
export function encodedRows(rows: readonly EncodedRow[]): EncodedRows {
  const firstCells = rows.map(({ cells }) => cells[0] ?? '').toSorted();
  return {
    count: rows.length,
    cells: [...(rows[0]?.cells.keys() ?? [])],
    lines: Buffer.from(rows.map(({ cells }) => `${cells.join('\t')}\n`).join('')),
    least: firstCells[0] ?? null,
    greatest: firstCells.at(-1) ?? null,
  };
}
