import type { ColumnType, Dataset } from '../catalogue/dataset.ts';
import { FilterFault } from './filter-fault.ts';
import type { FilterNode } from './filter-node.ts';
import { parseFilter } from './parse-filter.ts';
import { createColumnResolver, createFieldResolver, type FieldResolver } from './resolve-field.ts';

export type FilterResult =
  | { readonly ok: true; readonly filter: FilterNode }
  | { readonly ok: false; readonly message: string };

/**
 * Parses a filter in the language of `docs/reference/filter-language.md` and checks its names and
 * values against the dataset. A fault is the first one of the text, with its position in
 * characters, counted from 1.
 */
export function readFilter(text: string, dataset: Dataset): FilterResult {
  return read(text, createFieldResolver(dataset));
}

/** Parses a filter over the columns of a report. */
export function readHaving(text: string, types: ReadonlyMap<string, ColumnType>): FilterResult {
  return read(text, createColumnResolver(types));
}

function read(text: string, resolver: FieldResolver): FilterResult {
  try {
    return { ok: true, filter: parseFilter(text, resolver) };
  } catch (error) {
    if (!(error instanceof FilterFault)) throw error;
    const position = Array.from(text.slice(0, error.at)).length + 1;
    return { ok: false, message: `position ${position}: ${error.message}` };
  }
}
