import type { SessionView } from '@hourglass/contract';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { ApiError, callApi } from './http.ts';

const path = '/v1/session';
const key = ['session'];

interface SignIn {
  readonly email: string;
  readonly password: string;
  readonly code?: string;
}

/** The session: null without one, undefined until it is known. */
export function useSession(): SessionView | null | undefined {
  return useQuery({ queryKey: key, queryFn: readSession, staleTime: Infinity }).data;
}

async function readSession(): Promise<SessionView | null> {
  try {
    return await callApi<SessionView>(path);
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export interface SessionActions {
  /** @throws ApiError */
  readonly signIn: (credentials: SignIn) => Promise<void>;
  /** @throws ApiError */
  readonly signOut: () => Promise<void>;
}

export function useSessionActions(): SessionActions {
  const client = useQueryClient();
  const become = (session: SessionView | null) => {
    // The next user must not see responses to the last one.
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== key[0] });
    client.setQueryData(key, session);
  };
  return {
    signIn: async (credentials) => become(await callApi(path, { method: 'POST', body: credentials })),
    signOut: async () => {
      await callApi(path, { method: 'DELETE' });
      become(null);
    },
  };
}
