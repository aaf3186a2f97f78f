import type { Tenant } from '@hourglass/query';
import type { QueryScope } from '../queries/query-scope.ts';

/** `read` and `submit` are for queries, `ingest` for facts, `admin` for everything else. */
export const scopes = ['read', 'submit', 'ingest', 'admin'] as const;
export type Scope = (typeof scopes)[number];

/** From the least to the most: each may do what those before it may. Only operators make organizations. */
export const roles = ['member', 'administrator', 'operator'] as const;
export type Role = (typeof roles)[number];

/** Who is calling. Bound to one organization; sees nothing of another. */
export interface Principal {
  readonly organization: string;
  /** The only environment that a token is good for. Null: all of the organization. */
  readonly environment: string | null;
  /** The only customers of that environment whose consumption a token may see. Empty: all. */
  readonly customers: readonly string[];
  /** E-mail of a user, or of the user a token belongs to. Shown as the query's submitter. */
  readonly email: string;
  /** Of that user. */
  readonly role: Role;
  readonly scopes: readonly Scope[];
}

export interface OrganizationRecord {
  readonly name: string;
  readonly createdAt: Date;
  readonly environments: readonly EnvironmentRecord[];
}

export interface EnvironmentRecord {
  readonly name: string;
  readonly createdAt: Date;
}

export interface Accounts {
  /** Null: no such token, or it expired. */
  authenticateToken(token: string): Promise<Principal | null>;
  /** Null: unknown user or wrong password, at the same cost in time. */
  authenticatePassword(email: string, password: string): Promise<Principal | null>;
  findTenant(scope: QueryScope): Promise<Tenant | null>;
  /** Its environments are in the order of their names. */
  findOrganization(name: string): Promise<OrganizationRecord | null>;
}
