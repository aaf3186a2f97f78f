import type { BatchList, DeletedBatch } from '@hourglass/contract';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { pathOf, type Place } from './environments.ts';
import { callApi } from './http.ts';

const pageSize = 20;
const listKey = ({ organization, environment }: Place) => ['batches', organization, environment];

/** The batches of an environment, newest first. */
export function useBatches(place: Place) {
  return useInfiniteQuery({
    queryKey: listKey(place),
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const parameters = new URLSearchParams({ pageSize: String(pageSize) });
      if (pageParam !== null) parameters.set('pageToken', pageParam);
      return callApi<BatchList>(`${pathOf(place)}/batches?${parameters}`, { signal });
    },
    getNextPageParam: ({ nextPageToken }) => nextPageToken ?? null,
  });
}

/** A batch is named by its key and its dataset. */
export interface BatchName {
  readonly batch: string;
  readonly dataset: string;
}

/** The number of visible facts of a batch, once it is asked for; null: they could not be counted. */
export function useBatchFacts(place: Place, name: BatchName | null) {
  return useQuery({
    queryKey: ['batch-facts', place.organization, place.environment, name],
    enabled: name !== null,
    gcTime: 0,
    queryFn: ({ signal }) =>
      name === null
        ? Promise.reject(new Error('unreachable: disabled'))
        : callApi<DeletedBatch>(batchPath(place, name, true), { method: 'DELETE', signal }),
  });
}

export function useDeleteBatch(place: Place) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: BatchName) =>
      callApi<DeletedBatch>(batchPath(place, name, false), { method: 'DELETE' }),
    onSettled: () => refreshBatches(client, place),
  });
}

export function refreshBatches(client: ReturnType<typeof useQueryClient>, place: Place): Promise<void> {
  return client.invalidateQueries({ queryKey: listKey(place) });
}

function batchPath(place: Place, { batch, dataset }: BatchName, dryRun: boolean): string {
  const parameters = new URLSearchParams({ dataset, ...(dryRun ? { dryRun: 'true' } : {}) });
  return `${pathOf(place)}/batches/${encodeURIComponent(batch)}?${parameters}`;
}
