import type { ResultView } from '@hourglass/contract';
import { useInfiniteQuery } from '@tanstack/react-query';
import { pathOf, type Place } from './environments.ts';
import { callApi } from './http.ts';

/** The largest page of the API: each one reads the archive from its beginning. */
const pageSize = 10_000;

/** The rows of a completed query, page by page. */
export function useResult(place: Place, id: string) {
  const { organization, environment } = place;
  return useInfiniteQuery({
    queryKey: ['result', organization, environment, id],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const parameters = new URLSearchParams({ pageSize: String(pageSize) });
      if (pageParam !== null) parameters.set('pageToken', pageParam);
      const path = `${pathOf(place)}/queries/${encodeURIComponent(id)}/resultView?${parameters}`;
      return callApi<ResultView>(path, { signal });
    },
    getNextPageParam: ({ nextPageToken }) => nextPageToken ?? null,
    // Results never change.
    staleTime: Infinity,
  });
}
