import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { pathOf, type Place } from './environments.ts';
import { callApi } from './http.ts';

/** Reads of the records of an environment, below its path. */
type RecordsPath =
  | 'charts'
  | 'consumption-details'
  | 'customers'
  | 'dashboard'
  | 'historical-consumption-details'
  | 'instruments'
  | 'orders';

/** Reads from the records of an environment. */
function recordsQuery<Result>(place: Place, path: RecordsPath, parameters: URLSearchParams) {
  const target = `${pathOf(place)}/${path}?${parameters}`;
  return queryOptions({
    queryKey: ['records', target],
    queryFn: ({ signal }) => callApi<Result>(target, { signal }),
  });
}

/** The same, for a page, which shows what it had until the new answer is there. Null: nothing can be asked yet. */
export function useRecords<Result>(place: Place, path: RecordsPath, parameters: URLSearchParams | null) {
  return useQuery({
    ...recordsQuery<Result>(place, path, parameters ?? new URLSearchParams()),
    enabled: parameters !== null,
    placeholderData: keepPreviousData,
  });
}
