import { QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './http.ts';

/** Creates the cache of responses. The end of the session is seen at the first refusal, wherever it comes. */
export function createClient(): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError(error) {
        if (error instanceof ApiError && error.status === 401) client.setQueryData(['session'], null);
      },
    }),
    defaultOptions: {
      queries: {
        // While the API is away, requests are repeated until it is back.
        retry: (_count, error) => error instanceof ApiError && error.isOutage,
        retryDelay: (count) => Math.min(1000 * 2 ** count, 5000),
        networkMode: 'always',
      },
      mutations: { networkMode: 'always' },
    },
  });
  return client;
}
