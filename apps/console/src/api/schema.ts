import type { DatasetSchema } from '@hourglass/contract';
import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import { fieldsOf, type ReportFields } from '../report/fields.ts';
import { pathOf, type Place } from './environments.ts';
import { useTexts } from '../text/texts.tsx';
import { callApi } from './http.ts';

/** The metrics and dimensions of a dataset, custom fields included; undefined until they are known. */
export function useFields(place: Place, dataset: string): ReportFields | undefined {
  const { organization, environment } = place;
  const { tApi } = useTexts();
  const { data } = useQuery({
    queryKey: ['schema', organization, environment, dataset],
    queryFn: ({ signal }) => {
      const parameters = new URLSearchParams({ dataset });
      return callApi<DatasetSchema>(`${pathOf(place)}/analytics/admin/schemav2?${parameters}`, { signal });
    },
    staleTime: 60_000,
  });
  return useMemo(() => data && fieldsOf(data, tApi), [data, tApi]);
}
