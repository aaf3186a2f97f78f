import type { QueryExplanation, QueryStatus } from '@hourglass/contract';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ReportBody } from '../report/report-body.ts';
import { pathOf, type Place } from './environments.ts';
import { ApiError, callApi } from './http.ts';

const quietMs = 400;

/** The estimate of a report, or the API's refusal of it. */
export interface DryRun {
  readonly estimate: QueryExplanation | null;
  readonly refusal: ApiError | null;
}

/**
 * Asks the API some moments after the last change of the report; a newer report aborts the request. The last response is
 * shown meanwhile, so that faults do not flicker. Undefined until the first one.
 */
export function useDryRun(place: Place, body: ReportBody) {
  const { organization, environment } = place;
  const settled = useSettled(JSON.stringify(body), quietMs);
  const { data, error, isFetching } = useQuery({
    queryKey: ['dry-run', organization, environment, settled],
    queryFn: ({ signal }) => readDryRun(place, JSON.parse(settled) as ReportBody, signal),
    placeholderData: keepPreviousData,
    gcTime: 60_000,
  });
  return { dryRun: data, error, isPending: isFetching };
}

async function readDryRun(place: Place, body: ReportBody, signal: AbortSignal): Promise<DryRun> {
  try {
    const path = `${pathOf(place)}/queries?dryRun=true`;
    const estimate = await callApi<QueryExplanation>(path, { method: 'POST', body, signal });
    return { estimate, refusal: null };
  } catch (error) {
    if (error instanceof ApiError && error.status === 400) return { estimate: null, refusal: error };
    throw error;
  }
}

export function useSubmit(place: Place) {
  return useMutation({
    mutationFn: (body: ReportBody) =>
      callApi<QueryStatus>(`${pathOf(place)}/queries`, { method: 'POST', body }),
  });
}

/** Returns the value once it has not changed for a time. */
function useSettled(value: string, afterMs: number): string {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(value), afterMs);
    return () => window.clearTimeout(timer);
  }, [value, afterMs]);
  return settled;
}
