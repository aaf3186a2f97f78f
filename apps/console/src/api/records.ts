import type { CustomerList, InstrumentList } from '@hourglass/contract';
import { keepPreviousData, queryOptions, useQuery } from '@tanstack/react-query';
import { pathOf, type Place } from './environments.ts';
import { callApi } from './http.ts';

/** Names of reads, below the path of the environment. */
type RecordsPath =
  | 'charts'
  | 'consumption-details'
  | 'customers'
  | 'dashboard'
  | 'historical-consumption-details'
  | 'instruments'
  | 'orders';

/** The options of a read from the records of an environment. */
export function recordsQuery<Result>(place: Place, path: RecordsPath, parameters: URLSearchParams) {
  const target = `${pathOf(place)}/${path}?${parameters}`;
  return queryOptions({
    queryKey: ['records', target],
    queryFn: ({ signal }) => callApi<Result>(target, { signal }),
  });
}

/** Reads for a page, which shows the previous response until the new one is there. */
export function useRecords<Result>(place: Place, path: RecordsPath, parameters: URLSearchParams) {
  return useQuery({ ...recordsQuery<Result>(place, path, parameters), placeholderData: keepPreviousData });
}

/** As many as one response has. A report finds the others. */
const longestList = new URLSearchParams({ pageSize: '2000' });

export const useInstruments = (place: Place) => useRecords<InstrumentList>(place, 'instruments', longestList);
export const useCustomers = (place: Place) => useRecords<CustomerList>(place, 'customers', longestList);
