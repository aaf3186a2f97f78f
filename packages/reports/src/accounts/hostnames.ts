import type { Tenant } from '@hourglass/query';

/** The hostnames that clients may name in place of an environment. All are in lower case. */
export interface HostnameStore {
  /** The environment that the hostname means. Null: none of this organization has it. */
  findTenant(organization: string, hostname: string): Promise<Tenant | null>;
  /** An environment's hostnames in the order of the alphabet. */
  list(tenant: Tenant): Promise<readonly string[]>;
  /** Makes these the environment's hostnames, all or nothing, exact under concurrency. */
  replace(tenant: Tenant, hostnames: readonly string[]): Promise<HostnamesOutcome>;
}

export type HostnamesOutcome =
  | { readonly kind: 'replaced'; readonly hostnames: readonly string[] }
  /** Another environment of the organization has this one. */
  | { readonly kind: 'taken'; readonly hostname: string; readonly environment: string };
