import type { Dataset } from '../catalogue/dataset.ts';
import { FilterFault } from './filter-fault.ts';
import type { FilterNode } from './filter-node.ts';
import { parseFilter } from './parse-filter.ts';
import { createFieldResolver } from './resolve-field.ts';

export type FilterResult =
  | { readonly ok: true; readonly filter: FilterNode }
  | { readonly ok: false; readonly message: string };

/**
 * The tree of a filter in the language of `docs/contract.md`, its names and values checked by the catalogue, or
 * the first fault with its position, counted in characters from 1.
 */
export function readFilter(text: string, dataset: Dataset): FilterResult {
  try {
    return { ok: true, filter: parseFilter(text, createFieldResolver(dataset)) };
  } catch (error) {
    if (!(error instanceof FilterFault)) throw error;
    const position = Array.from(text.slice(0, error.at)).length + 1;
    return { ok: false, message: `position ${position}: ${error.message}` };
  }
}
