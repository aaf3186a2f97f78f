import type { ListedQuery, QueryList, QueryStatus } from '@hourglass/contract';
import {
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
  type InfiniteData,
  type QueryClient,
} from '@tanstack/react-query';
import { pathOf, type Place } from './environments.ts';
import { callApi } from './http.ts';
import { applyEvent, idOf, type TimedEvent } from './query-events.ts';

export interface ListFilter {
  readonly status?: string;
  readonly dataset?: string;
  readonly submittedBy?: string;
}

type Pages = InfiniteData<QueryList, string | null>;

const listKey = ({ organization, environment }: Place) => ['queries', organization, environment];
const queryKey = ({ organization, environment }: Place, id: string) => [
  'query',
  organization,
  environment,
  id,
];
const pageSize = 50;

export function useQueryList(place: Place, filter: ListFilter) {
  return useInfiniteQuery({
    queryKey: [...listKey(place), filter],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const parameters = new URLSearchParams({ ...filter, pageSize: String(pageSize) });
      if (pageParam !== null) parameters.set('pageToken', pageParam);
      return callApi<QueryList>(`${pathOf(place)}/queries?${parameters}`, { signal });
    },
    getNextPageParam: ({ nextPageToken }) => nextPageToken ?? null,
    placeholderData: (previous) => previous,
  });
}

export function useQueryStatus(place: Place, id: string) {
  return useQuery({
    queryKey: queryKey(place, id),
    queryFn: ({ signal }) =>
      callApi<QueryStatus>(`${pathOf(place)}/queries/${encodeURIComponent(id)}`, { signal }),
  });
}

export function useCancelQuery(place: Place) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      callApi(`${pathOf(place)}/queries/${encodeURIComponent(id)}:cancel`, { method: 'POST' }),
    onSettled: (_data, _error, id) => refresh(client, place, id),
  });
}

/** Reads the lists, and the query, again. */
export async function refresh(client: QueryClient, place: Place, id?: string): Promise<void> {
  await Promise.all([
    client.invalidateQueries({ queryKey: listKey(place) }, { cancelRefetch: false }),
    ...(id === undefined ? [] : [client.invalidateQueries({ queryKey: queryKey(place, id) })]),
  ]);
}

/** Writes an event into the responses that show its query. Returns whether a list shows it. */
export function showEvent(client: QueryClient, place: Place, event: TimedEvent): boolean {
  const id = idOf(event);
  let isShown = false;
  const change = (query: ListedQuery) => {
    if (idOf(query) !== id) return query;
    isShown = true;
    return applyEvent(query, event);
  };
  client.setQueriesData<Pages>({ queryKey: listKey(place) }, (data) =>
    data === undefined
      ? data
      : { ...data, pages: data.pages.map((page) => ({ ...page, queries: page.queries.map(change) })) },
  );
  client.setQueryData<QueryStatus>(queryKey(place, id), (query) => query && applyEvent(query, event));
  return isShown;
}
