import type {
  ChangeScheduleBody,
  DeliveryTargetBody,
  QueryStatus,
  ScheduleRunList,
  ScheduleView,
} from '@hourglass/contract';
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ScheduleDraft } from '../report/schedule-draft.ts';
import { pathOf, type Place } from './environments.ts';
import { callApi } from './http.ts';

const keyOf = ({ organization, environment }: Place) => ['schedules', organization, environment];
const pathOfSchedules = (place: Place) => `${pathOf(place)}/schedules`;
const pathOfSchedule = (place: Place, id: string) => `${pathOfSchedules(place)}/${encodeURIComponent(id)}`;
const dueTimesEveryMs = 60_000;

export function useSchedules(place: Place) {
  return useQuery({
    queryKey: keyOf(place),
    queryFn: async ({ signal }) =>
      (await callApi<{ schedules: readonly ScheduleView[] }>(pathOfSchedules(place), { signal })).schedules,
    refetchInterval: dueTimesEveryMs,
  });
}

/** The writes of schedules, each of which reads the list again. */
export function useScheduleWrites(place: Place) {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: keyOf(place) });
  return {
    create: useMutation({
      mutationFn: (body: ScheduleDraft & { readonly delivery: readonly DeliveryTargetBody[] }) =>
        callApi<ScheduleView>(pathOfSchedules(place), { method: 'POST', body }),
      onSettled,
    }),
    change: useMutation({
      mutationFn: ({ id, body }: { readonly id: string; readonly body: ChangeScheduleBody }) =>
        callApi<ScheduleView>(pathOfSchedule(place, id), { method: 'PATCH', body }),
      onSettled,
    }),
    remove: useMutation({
      mutationFn: (id: string) => callApi(pathOfSchedule(place, id), { method: 'DELETE' }),
      onSettled,
    }),
    run: useMutation({
      mutationFn: (id: string) =>
        callApi<QueryStatus>(`${pathOfSchedule(place, id)}:run`, { method: 'POST' }),
    }),
  };
}

/** The runs of a schedule, newest first. */
export function useScheduleRuns(place: Place, id: string) {
  return useInfiniteQuery({
    queryKey: [...keyOf(place), id, 'runs'],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const parameters = new URLSearchParams({ pageSize: '50' });
      if (pageParam !== null) parameters.set('pageToken', pageParam);
      return callApi<ScheduleRunList>(`${pathOfSchedule(place, id)}/runs?${parameters}`, { signal });
    },
    getNextPageParam: ({ nextPageToken }) => nextPageToken ?? null,
    refetchInterval: dueTimesEveryMs,
  });
}
