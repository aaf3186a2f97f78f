import { useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { callApi, type CallOptions } from './http.ts';

const keyOf = (path: string) => ['resource', path];

interface ResourceOptions {
  /** Reads it again in this interval while the page is in front. Absent: when it is opened, or after a write. */
  readonly everyMs?: number;
}

/** A small list or document that is read whole. */
export function useResource<Result>(path: string, { everyMs }: ResourceOptions = {}) {
  return useQuery({
    queryKey: keyOf(path),
    queryFn: ({ signal }) => callApi<Result>(path, { signal }),
    refetchInterval: everyMs ?? false,
  });
}

interface Page {
  readonly nextPageToken?: string | undefined;
}

/** A list in pages. */
export function usePages<Result extends Page>(path: string, parameters: Readonly<Record<string, string>>) {
  return useInfiniteQuery({
    queryKey: [...keyOf(path), parameters],
    initialPageParam: null as string | null,
    queryFn: ({ pageParam, signal }) => {
      const search = new URLSearchParams({ ...parameters, pageSize: '50' });
      if (pageParam !== null) search.set('pageToken', pageParam);
      return callApi<Result>(`${path}?${search}`, { signal });
    },
    getNextPageParam: ({ nextPageToken }) => nextPageToken ?? null,
    placeholderData: (previous) => previous,
  });
}

/**
 * Returns a function that writes, and then reads what is shown of `path` again.
 * @throws ApiError from the returned function
 */
export function useWrite(path: string): <Result>(to: string, options: CallOptions) => Promise<Result> {
  const client = useQueryClient();
  return async (to, options) => {
    try {
      return await callApi(to, options);
    } finally {
      // Also after a refusal, which an outdated list may have caused.
      await client.invalidateQueries({ queryKey: keyOf(path) });
    }
  };
}
