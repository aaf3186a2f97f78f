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
const queryKey = ({ organization, environment }: Place, ...id: readonly string[]) => [
  'query',
  organization,
  environment,
  ...id,
];
const pageSize = 100;
/** The place of a waiting query changes with queries of others, of which no event comes. */
const placesEveryMs = 5000;

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
    // Comparing a thousand queries costs more than drawing those near the window.
    structuralSharing: false,
    placeholderData: (previous) => previous,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ queries }) => queries.some(({ state }) => state === 'enqueued'))
        ? placesEveryMs
        : false,
  });
}

export function useQueryStatus(place: Place, id: string) {
  return useQuery({
    queryKey: queryKey(place, id),
    queryFn: ({ signal }) =>
      callApi<QueryStatus>(`${pathOf(place)}/queries/${encodeURIComponent(id)}`, { signal }),
    refetchInterval: ({ state: { data } }) => (data?.state === 'enqueued' ? placesEveryMs : false),
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
    ...(id === undefined ? [] : [refreshQuery(client, place, id)]),
  ]);
}

export function refreshQuery(client: QueryClient, place: Place, id: string): Promise<void> {
  return client.invalidateQueries({ queryKey: queryKey(place, id) });
}

/** Writes the newest event of each query into the responses that show it. Other queries keep their identity. */
export function showEvents(client: QueryClient, place: Place, events: ReadonlyMap<string, TimedEvent>): void {
  const change = (query: ListedQuery) => {
    const event = events.get(idOf(query));
    return event === undefined ? query : applyEvent(query, event);
  };
  client.setQueriesData<Pages>({ queryKey: listKey(place) }, (data) =>
    data === undefined
      ? data
      : { ...data, pages: data.pages.map((page) => ({ ...page, queries: page.queries.map(change) })) },
  );
  // Few queries are open, and many change.
  for (const { queryKey: key, state } of client.getQueryCache().findAll({ queryKey: queryKey(place) })) {
    const query = state.data as QueryStatus | undefined;
    const event = query && events.get(idOf(query));
    if (query && event) client.setQueryData<QueryStatus>(key, applyEvent(query, event));
  }
}
