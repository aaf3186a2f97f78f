import type { Tenant } from '@hourglass/query';
import type { AuditOf } from '../audit/audit-event.ts';

/** Hostnames that clients may use instead of an environment's name, in lower case. */
export interface HostnameStore {
  /** Finds the environment of a hostname. Null when no environment of the organization has it. */
  findTenant(organization: string, hostname: string): Promise<Tenant | null>;
  /** Lists the environment's hostnames in alphabetical order. */
  list(tenant: Tenant): Promise<readonly string[]>;
  /** Replaces the environment's hostnames in one transaction. */
  replace(
    tenant: Tenant,
    hostnames: readonly string[],
    audit: AuditOf<readonly string[]>,
  ): Promise<HostnamesOutcome>;
}

export type HostnamesOutcome =
  | { readonly kind: 'replaced'; readonly hostnames: readonly string[] }
  /** Another environment of the organization has this hostname. */
  | { readonly kind: 'taken'; readonly hostname: string; readonly environment: string };
