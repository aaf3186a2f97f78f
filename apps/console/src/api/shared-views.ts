import type {
  CreatedSharedView,
  CreateSharedViewBody,
  OpenedSharedView,
  SharedViewView,
} from '@hourglass/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { pathOf, type Place } from './environments.ts';
import { callApi } from './http.ts';

const pollMs = 1_000;

/** The secret of a view, with its id. */
export interface SharedLink {
  readonly id: string;
  readonly secret: string;
}

export const sharedPath = (id: string) => `/v1/shared/${encodeURIComponent(id)}`;

/** Opens a view, runs its report if it is one, and reads it again until its query has ended. */
export function useOpenedView({ id, secret }: SharedLink) {
  const first = useQuery({
    queryKey: ['shared', id],
    queryFn: async ({ signal }) => {
      const call = { bearer: secret, signal };
      const opened = await callApi<OpenedSharedView>(sharedPath(id), call);
      if (!opened.isReport) return opened;
      return callApi<OpenedSharedView>(`${sharedPath(id)}:run`, { ...call, method: 'POST', body: {} });
    },
    staleTime: Infinity,
  });
  const isActive = isRunning(first.data);
  const later = useQuery({
    queryKey: ['shared-state', id, first.data?.query?.created],
    queryFn: ({ signal }) => callApi<OpenedSharedView>(sharedPath(id), { bearer: secret, signal }),
    enabled: isActive,
    refetchInterval: ({ state: { data } }) => (data === undefined || isRunning(data) ? pollMs : false),
  });
  return { data: later.data ?? first.data, error: first.error ?? later.error };
}

function isRunning(opened: OpenedSharedView | undefined): boolean {
  const state = opened?.query?.state;
  return state === 'enqueued' || state === 'running';
}

const listKey = ({ organization, environment }: Place) => ['shared-views', organization, environment];

export function useSharedViews(place: Place) {
  return useQuery({
    queryKey: listKey(place),
    queryFn: ({ signal }) =>
      callApi<{ sharedViews: readonly SharedViewView[] }>(`${pathOf(place)}/sharedViews`, { signal }),
  });
}

export function useCreateSharedView(place: Place) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: Partial<CreateSharedViewBody>) =>
      callApi<CreatedSharedView>(`${pathOf(place)}/sharedViews`, { method: 'POST', body }),
    onSuccess: () => client.invalidateQueries({ queryKey: listKey(place) }),
  });
}

export function useDeleteSharedView(place: Place) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) =>
      callApi(`${pathOf(place)}/sharedViews/${encodeURIComponent(id)}`, { method: 'DELETE' }),
    onSuccess: () => client.invalidateQueries({ queryKey: listKey(place) }),
  });
}
