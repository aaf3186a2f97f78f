import { useQuery } from '@tanstack/react-query';
import { callApi } from './http.ts';

/** The names of the environments of the organization; undefined until they are known. */
export function useEnvironments(organization: string): readonly string[] | undefined {
  return useQuery({
    queryKey: ['environments', organization],
    queryFn: ({ signal }) => callApi<readonly string[]>(environmentsPathOf(organization), { signal }),
    staleTime: 60_000,
  }).data;
}

/** An environment of the session's organization. */
export interface Place {
  readonly organization: string;
  readonly environment: string;
}

/** Returns the path of the organization in the API. */
export function organizationPathOf(organization: string): string {
  return `/v1/organizations/${encodeURIComponent(organization)}`;
}

export function environmentsPathOf(organization: string): string {
  return `${organizationPathOf(organization)}/environments`;
}

/** Returns the path of the environment in the API. */
export function pathOf({ organization, environment }: Place): string {
  return `${environmentsPathOf(organization)}/${encodeURIComponent(environment)}`;
}
