import type { SessionView } from '@hourglass/contract';
import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { ApiError, callApi } from './http.ts';

const path = '/v1/session';
const key = ['session'];
const expiryKey = ['session', 'expired'];

interface PasswordSignIn {
  readonly email: string;
  readonly password: string;
  readonly code?: string;
}

export type SignIn = PasswordSignIn | { readonly token: string };

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

/** Whether the session that the page shows has ended meanwhile. */
export function useIsExpired(): boolean {
  const { data } = useQuery({
    queryKey: expiryKey,
    queryFn: () => false,
    enabled: false,
    initialData: false,
  });
  return data;
}

/** Notes a refusal of the session, wherever it came. What the user typed stays on the page. */
export function noteExpiry(client: QueryClient, error: unknown): void {
  if (!(error instanceof ApiError) || error.status !== 401) return;
  if (client.getQueryData(key)) client.setQueryData(expiryKey, true);
}

export interface SessionActions {
  /** @throws ApiError */
  readonly signIn: (credentials: SignIn) => Promise<void>;
  /** Also ends all other sign-ins of the user, if asked to. @throws ApiError */
  readonly signOut: (options?: { readonly everywhere: boolean }) => Promise<void>;
}

export function useSessionActions(): SessionActions {
  const client = useQueryClient();
  const become = (session: SessionView | null) => {
    const last = client.getQueryData<SessionView | null>(key);
    // The next user must not see responses to the last one.
    if (!isSameUser(session, last))
      client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== key[0] });
    client.setQueryData(expiryKey, false);
    client.setQueryData(key, session);
    if (isSameUser(session, last))
      void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== key[0] });
  };
  return {
    signIn: async (credentials) => become(await begin(credentials)),
    signOut: async ({ everywhere } = { everywhere: false }) => {
      try {
        await callApi(everywhere ? `${path}?everywhere=true` : path, { method: 'DELETE' });
      } catch (error) {
        // A session that has ended needs no end.
        if (!(error instanceof ApiError) || error.status !== 401) throw error;
      }
      become(null);
    },
  };
}

/** The token is in one request only: the API answers with a cookie that no script reads. */
function begin(credentials: SignIn): Promise<SessionView> {
  return 'token' in credentials
    ? callApi(path, { method: 'PUT', token: credentials.token })
    : callApi(path, { method: 'POST', body: credentials });
}

function isSameUser(one: SessionView | null, other: SessionView | null | undefined): boolean {
  return one !== null && one.email === other?.email && one.organization === other.organization;
}
