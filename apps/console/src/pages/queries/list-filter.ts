import type { ListFilter } from '../../api/queries.ts';
import { datasets } from '../../report/datasets.ts';

export const states = ['enqueued', 'running', 'completed', 'failed', 'cancelled', 'expired'] as const;

/** Reads the filter in the URL of the page. Values that no query has count as absent. */
export function filterOf(search: URLSearchParams): ListFilter {
  const status = states.find((state) => state === search.get('status'));
  const dataset = datasets.find((name) => name === search.get('dataset'));
  const submittedBy = search.get('submittedBy') ?? '';
  return {
    ...(status === undefined ? {} : { status }),
    ...(dataset === undefined ? {} : { dataset }),
    ...(submittedBy === '' ? {} : { submittedBy }),
  };
}

/** Returns the search of the URL with one value set; an empty one is left out. */
export function withValue(search: URLSearchParams, name: keyof ListFilter, value: string): URLSearchParams {
  const changed = new URLSearchParams(search);
  if (value === '') changed.delete(name);
  else changed.set(name, value);
  return changed;
}
