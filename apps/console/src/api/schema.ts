import type { DatasetSchema } from '@hourglass/contract';
import { useQuery } from '@tanstack/react-query';
import { fieldsOf, type ReportFields } from '../report/fields.ts';
import { pathOf, type Place } from './environments.ts';
import { callApi } from './http.ts';

/** The metrics and dimensions of a dataset, custom fields included; undefined until they are known. */
export function useFields(place: Place, dataset: string): ReportFields | undefined {
  const { organization, environment } = place;
  return useQuery({
    queryKey: ['schema', organization, environment, dataset],
    queryFn: async ({ signal }) => {
      const parameters = new URLSearchParams({ dataset });
      const path = `${pathOf(place)}/analytics/admin/schemav2?${parameters}`;
      return fieldsOf(await callApi<DatasetSchema>(path, { signal }));
    },
    staleTime: 60_000,
  }).data;
}
