import type { QueryStatus, QuerySubmission } from '@hourglass/contract';
import { useQuery } from '@tanstack/react-query';
import { pathOf, type Place } from './environments.ts';
import { callApi } from './http.ts';
import { hasEnded, idOf } from './query-events.ts';

/** Reads the body that asks a query again. */
export function readSubmission(place: Place, id: string, signal?: AbortSignal): Promise<QuerySubmission> {
  const path = `${pathOf(place)}/queries/${encodeURIComponent(id)}/submission`;
  return callApi<QuerySubmission>(path, signal === undefined ? {} : { signal });
}

/** The body that asks a query again; undefined until it is known, or if there is none. */
export function useSubmission(place: Place, id: string): QuerySubmission['body'] | undefined {
  const { organization, environment } = place;
  const { data } = useQuery({
    queryKey: ['submission', organization, environment, id],
    queryFn: ({ signal }) => readSubmission(place, id, signal),
    // A submission never changes.
    staleTime: Infinity,
  });
  // The form has no offset, and without it the buckets would be others.
  return data?.tzo === undefined ? data?.body : null;
}

const pollMs = 1000;

/**
 * Asks a query again in another output format, and waits until it has ended. An abort cancels the query.
 * @throws ApiError of a refusal; DOMException when it is aborted
 */
export async function runInFormat(
  place: Place,
  id: string,
  outputFormat: string,
  { signal, onProgress }: { readonly signal: AbortSignal; readonly onProgress: (query: QueryStatus) => void },
): Promise<QueryStatus | null> {
  const { body, tzo } = await readSubmission(place, id, signal);
  if (body === null) return null;
  const { csvDelimiter: _delimiter, csvBom: _bom, csvHeader: _header, csvSafe: _safe, ...rest } = body;
  const parameters = tzo === undefined ? '' : `?tzo=${tzo}`;
  const submitted = await callApi<QueryStatus>(`${pathOf(place)}/queries${parameters}`, {
    method: 'POST',
    body: { ...rest, outputFormat },
    signal,
  });
  const path = `${pathOf(place)}/queries/${encodeURIComponent(idOf(submitted))}`;
  let query = submitted;
  try {
    while (!hasEnded(query)) {
      await pause(pollMs, signal);
      query = await callApi<QueryStatus>(path, { signal });
      onProgress(query);
    }
    return query;
  } catch (error) {
    if (signal.aborted) void callApi(`${path}:cancel`, { method: 'POST' }).catch(() => undefined);
    throw error;
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        reject(signal.reason as Error);
      },
      { once: true },
    );
  });
}
