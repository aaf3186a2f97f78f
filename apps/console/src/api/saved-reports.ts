import type { QueryStatus, SavedReportView } from '@hourglass/contract';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ReportBody } from '../report/report-body.ts';
import { savedQuery } from '../report/saved-report.ts';
import { pathOf, type Place } from './environments.ts';
import { callApi } from './http.ts';

const keyOf = ({ organization }: Place) => ['saved-reports', organization];
const reportsPath = ({ organization }: Place) =>
  `/v1/organizations/${encodeURIComponent(organization)}/reports`;
const pathOfReport = (place: Place, name: string) => `${reportsPath(place)}/${encodeURIComponent(name)}`;

/** The saved reports of the organization, whole. */
export function useSavedReports(place: Place) {
  return useQuery({
    queryKey: keyOf(place),
    queryFn: async ({ signal }) => {
      const path = `${reportsPath(place)}?expand=true`;
      return (await callApi<{ qualifier: readonly SavedReportView[] }>(path, { signal })).qualifier;
    },
  });
}

export interface ReportToSave {
  /** Name of the saved report that is replaced; null: a new one. */
  readonly name: string | null;
  readonly displayName: string;
  readonly body: ReportBody;
}

/** Saves a report for the environment, whose custom fields it may use. */
export function useSaveReport(place: Place) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ name, displayName, body }: ReportToSave) =>
      callApi<SavedReportView>(name === null ? reportsPath(place) : pathOfReport(place, name), {
        method: name === null ? 'POST' : 'PUT',
        body: { displayName, environment: place.environment, query: savedQuery(body) },
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: keyOf(place) }),
  });
}

export function useDeleteReport(place: Place) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (name: string) => callApi(pathOfReport(place, name), { method: 'DELETE' }),
    onSettled: () => client.invalidateQueries({ queryKey: keyOf(place) }),
  });
}

/** Runs a report in the environment. */
export function useRunReport(place: Place) {
  return useMutation({
    mutationFn: ({ name, body }: { readonly name: string; readonly body: object }) =>
      callApi<QueryStatus>(`${pathOf(place)}/reports/${encodeURIComponent(name)}:run`, {
        method: 'POST',
        body,
      }),
  });
}
