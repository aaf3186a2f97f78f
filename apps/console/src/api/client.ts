import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query';
import { ApiError } from './http.ts';
import { noteExpiry } from './session.ts';

/** Creates the cache of responses. The end of the session is seen at the first refusal, wherever it comes. */
export function createClient(): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({ onError: (error) => noteExpiry(client, error) }),
    mutationCache: new MutationCache({ onError: (error) => noteExpiry(client, error) }),
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
